// English: the counter beside the verdict itself: camera, work without a connection.
export const counter = {
  camera: {
    title: 'Camera',
    picture: 'What the camera sees',
    open: 'Use the camera',
    opening: 'Opening the camera\u2026',
    close: 'Close the camera',
    again: 'Open again',
    choose: 'Camera',
    nth: (n: number) => `Camera ${n}`,
    lightOn: 'Light on',
    lightOff: 'Light off',
    checking: 'Checking\u2026',
    nothing: 'No pack scanned with the camera yet.',
    halted: 'Confirm the red result first.',
    notLoaded: 'The camera\u2019s reader could not be loaded. Check the connection and try again.',
    hints: {
      hold: 'Hold the square code in the frame.',
      aim: 'No code seen: fill about half the frame with it, in good light.',
      closer: 'Move closer.',
      steady: 'Hold still, and avoid reflections.',
      several: 'More than one pack in view: show one at a time.',
      other_code: 'This code is not of a pack: show the square one beside the serial number.',
    },
    stages: {
      off: { title: 'The camera is off.', text: 'It is closed whenever this page is not in view.' },
      denied: {
        title: 'The camera may not be used.',
        text: 'Allow it for this address in the browser (beside the address, or in the site settings), then open it again. Scanner and typing work without it.',
      },
      none: {
        title: 'No camera was found.',
        text: 'Connect one and open it again, use a hand scanner, or type the code.',
      },
      in_use: {
        title: 'The camera does not answer.',
        text: 'Another program may be using it. Close that program, then open it again.',
      },
      insecure: {
        title: 'This page may not use a camera.',
        text: 'Browsers give the camera to pages with https only. Ask whoever runs the node.',
      },
      lost: {
        title: 'The camera is gone.',
        text: 'It was unplugged or taken away. Connect it and open it again.',
      },
      decoder: {
        title: 'The reader of codes could not be started.',
        text: 'Check the connection and open it again. Scanner and typing work without it.',
      },
      forgotten: {
        title: 'The camera was closed.',
        text: 'It saw no code for three minutes.',
      },
      unknown: {
        title: 'The camera could not be opened.',
        text: 'Open it again, use a hand scanner, or type the code.',
      },
    },
  },
  version: {
    fresh: 'A newer version of the portal is ready.',
    reload: 'Reload now',
    later: 'Later',
  },
  offline: {
    expired: (date: string) =>
      `The code itself says that this pack expired on ${date}. The node was not asked.`,
    recalled: (lot: string, asOf: string) =>
      `Lot ${lot} is on the signed list of recalls of ${asOf}. The node was not asked.`,
    redSteps: [
      'Put the pack in quarantine; it must not be given to a patient.',
      'Look at the answer of the node when the connection is back.',
    ],
    kept: 'Kept on this device. The node is asked by itself when it can be reached.',
    late: 'Answered later, when the node could be reached again.',
  },
  queue: {
    title: 'Made without a connection',
    waiting: (n: number) => `${n} waiting for the node`,
    sending: 'Asking the node\u2026',
    answered: (n: number) => `${n} answered`,
    states: {
      waiting: 'Waits',
      done: 'Recorded',
      refused: 'Refused',
      other: 'Waits for the key it was made with',
    },
    kinds: { dispense: 'Dispense', undo: 'Undo dispensing' } as Record<string, string>,
    red: (n: number) => `${n} of these packs must not be dispensed.`,
    send: 'Ask now',
    putAway: 'Put away what is answered',
    empty: 'Empty the queue',
    emptyAsk: (n: number) =>
      `What waits (${n}) would never be asked or recorded. Empty the queue all the same?`,
    emptyYes: 'Empty it',
    emptyNo: 'Keep it',
    notKept: 'This device could not keep the queue: it is lost when the tab is closed.',
  },
  supply: {
    title: 'Dispensing',
    dispense: 'Record as dispensed',
    later: 'Record as dispensed once the node is back',
    laterHint:
      'Only where your written procedure lets an unchecked pack go. The node may refuse it.',
    undo: 'Undo: it was not dispensed',
    sending: 'Recording\u2026',
    queued: 'Waits in the queue, and is recorded when the node is back.',
    done: 'Recorded as dispensed.',
    undone: 'Taken back: the pack is in stock again.',
    refused: 'Not recorded.',
    window: 'Possible within ten days, at the same premises.',
  },
  tour: {
    offer: 'First time here? A tour of five steps, about a minute.',
    start: 'Take the tour',
    decline: 'No, thanks',
    at: (n: number, all: number) => `Step ${n} of ${all}`,
    next: 'Next',
    back: 'Back',
    end: 'End the tour',
    done: 'Done',
    examples: {
      good: 'Check a sound pack of the demo',
      bad: 'Check a copied pack of the demo',
    },
    steps: [
      {
        title: 'One scan is enough',
        text: 'Scan a pack with a hand scanner: no field needs the cursor, and layout and Caps Lock do not matter. Without a scanner use the camera, or type the code.',
      },
      {
        title: 'Red stops everything',
        text: 'A red answer names the cause and what to do, and holds the scanner until you confirm that the pack was set aside.',
      },
      {
        title: 'Two statuses, one sentence each',
        text: 'What the pack is, and whether an alert about it is open, are told apart. The history of the pack, its lot and a printout are one click away.',
      },
      {
        title: 'Without a connection',
        text: 'A pack is then not checked, never good; what is expired is still red. Scans are kept on this device, and asked when the node is back.',
      },
      {
        title: 'Where to go on',
        text: 'The field above finds any pack, lot or shipment (Ctrl + K). The menu has alerts, recalls, cold chain and the scanner doctor, which tells whether a scanner is set well.',
      },
    ],
  },
};
