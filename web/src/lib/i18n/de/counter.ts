// German: the counter.
import type { counter as english } from '../en.counter';

export const counter: typeof english = {
  camera: {
    title: 'Kamera',
    picture: 'Was die Kamera sieht',
    open: 'Kamera benutzen',
    opening: 'Kamera wird geöffnet…',
    close: 'Kamera schließen',
    again: 'Wieder öffnen',
    choose: 'Kamera',
    nth: (n) => `Kamera ${n}`,
    lightOn: 'Licht an',
    lightOff: 'Licht aus',
    checking: 'Wird geprüft…',
    nothing: 'Noch keine Packung mit der Kamera gescannt.',
    halted: 'Erst das rote Ergebnis bestätigen.',
    notLoaded:
      'Der Leser der Kamera konnte nicht geladen werden. Verbindung prüfen und erneut versuchen.',
    hints: {
      hold: 'Den quadratischen Code in den Rahmen halten.',
      aim: 'Kein Code zu sehen: etwa den halben Rahmen damit füllen, bei gutem Licht.',
      closer: 'Näher heran.',
      steady: 'Ruhig halten und Spiegelungen vermeiden.',
      several: 'Mehr als eine Packung im Bild: einzeln zeigen.',
      other_code:
        'Dieser Code gehört zu keiner Packung: den quadratischen neben der Seriennummer zeigen.',
    },
    stages: {
      off: {
        title: 'Die Kamera ist aus.',
        text: 'Sie wird geschlossen, sobald diese Seite nicht zu sehen ist.',
      },
      denied: {
        title: 'Die Kamera darf nicht benutzt werden.',
        text: 'Im Browser für diese Adresse erlauben (neben der Adresse oder in den Website-Einstellungen), dann wieder öffnen. Scanner und Eingabe gehen auch ohne sie.',
      },
      none: {
        title: 'Keine Kamera gefunden.',
        text: 'Eine anschließen und wieder öffnen, einen Handscanner benutzen oder den Code eintippen.',
      },
      in_use: {
        title: 'Die Kamera antwortet nicht.',
        text: 'Vielleicht benutzt sie ein anderes Programm. Dieses schließen, dann wieder öffnen.',
      },
      insecure: {
        title: 'Diese Seite darf keine Kamera benutzen.',
        text: 'Browser geben die Kamera nur Seiten mit https. Den Betreiber des Knotens fragen.',
      },
      lost: {
        title: 'Die Kamera ist weg.',
        text: 'Sie wurde abgezogen oder entzogen. Anschließen und wieder öffnen.',
      },
      decoder: {
        title: 'Der Leser der Codes konnte nicht gestartet werden.',
        text: 'Verbindung prüfen und wieder öffnen. Scanner und Eingabe gehen auch ohne ihn.',
      },
      forgotten: {
        title: 'Die Kamera wurde geschlossen.',
        text: 'Sie sah drei Minuten lang keinen Code.',
      },
      unknown: {
        title: 'Die Kamera ließ sich nicht öffnen.',
        text: 'Wieder öffnen, einen Handscanner benutzen oder den Code eintippen.',
      },
    },
  },
  version: {
    fresh: 'Eine neuere Fassung des Portals ist bereit.',
    reload: 'Jetzt neu laden',
    later: 'Später',
  },
  offline: {
    expired: (date) =>
      `Laut ihrem eigenen Code ist diese Packung am ${date} verfallen. Der Knoten wurde nicht gefragt.`,
    recalled: (lot, asOf) =>
      `Charge ${lot} steht auf der signierten Rückrufliste vom ${asOf}. Der Knoten wurde nicht gefragt.`,
    redSteps: [
      'Die Packung in Quarantäne legen; sie darf an niemanden abgegeben werden.',
      'Die Antwort des Knotens ansehen, sobald die Verbindung wieder da ist.',
    ],
    kept: 'Auf diesem Gerät aufbewahrt. Der Knoten wird von selbst gefragt, sobald er erreichbar ist.',
    late: 'Später beantwortet, als der Knoten wieder erreichbar war.',
  },
  queue: {
    title: 'Ohne Verbindung entstanden',
    waiting: (n) => `${n} warten auf den Knoten`,
    sending: 'Der Knoten wird gefragt…',
    answered: (n) => `${n} beantwortet`,
    states: {
      waiting: 'Wartet',
      done: 'Aufgezeichnet',
      refused: 'Abgelehnt',
      other: 'Wartet auf den Schlüssel, mit dem es entstand',
    },
    kinds: { dispense: 'Abgeben', undo: 'Abgabe zurücknehmen' },
    red: (n) => `${n} dieser Packungen dürfen nicht abgegeben werden.`,
    send: 'Jetzt fragen',
    putAway: 'Beantwortetes wegräumen',
    empty: 'Warteschlange leeren',
    emptyAsk: (n) =>
      `Was wartet (${n}), würde nie gefragt oder aufgezeichnet. Die Warteschlange trotzdem leeren?`,
    emptyYes: 'Leeren',
    emptyNo: 'Behalten',
    notKept:
      'Dieses Gerät konnte die Warteschlange nicht aufbewahren: mit dem Tab geht sie verloren.',
  },
  supply: {
    title: 'Abgabe',
    dispense: 'Als abgegeben aufzeichnen',
    later: 'Als abgegeben aufzeichnen, sobald der Knoten wieder da ist',
    laterHint:
      'Nur wo die schriftliche Anweisung eine ungeprüfte Packung gehen lässt. Der Knoten kann ablehnen.',
    undo: 'Zurücknehmen: sie wurde nicht abgegeben',
    sending: 'Wird aufgezeichnet…',
    queued: 'Steht in der Warteschlange und wird aufgezeichnet, sobald der Knoten wieder da ist.',
    done: 'Als abgegeben aufgezeichnet.',
    undone: 'Zurückgenommen: die Packung ist wieder im Bestand.',
    refused: 'Nicht aufgezeichnet.',
    window: 'Innerhalb von zehn Tagen am selben Ort möglich.',
  },
  tour: {
    offer: 'Zum ersten Mal hier? Ein Rundgang in fünf Schritten, etwa eine Minute.',
    start: 'Rundgang beginnen',
    decline: 'Nein, danke',
    at: (n, all) => `Schritt ${n} von ${all}`,
    next: 'Weiter',
    back: 'Zurück',
    end: 'Rundgang beenden',
    done: 'Fertig',
    examples: {
      good: 'Eine gute Packung der Demo prüfen',
      bad: 'Eine kopierte Packung der Demo prüfen',
    },
    steps: [
      {
        title: 'Ein Scan genügt',
        text: 'Eine Packung mit dem Handscanner scannen: kein Feld braucht den Cursor, Tastaturbelegung und Feststelltaste sind gleichgültig. Ohne Scanner die Kamera nehmen oder den Code eintippen.',
      },
      {
        title: 'Rot hält alles an',
        text: 'Eine rote Antwort nennt die Ursache und was zu tun ist, und hält den Scanner an, bis bestätigt ist, dass die Packung weggelegt wurde.',
      },
      {
        title: 'Zwei Zustände, je ein Satz',
        text: 'Was die Packung ist und ob eine Warnung über sie offen ist, wird getrennt gesagt. Ihre Geschichte, ihre Charge und ein Ausdruck sind einen Klick entfernt.',
      },
      {
        title: 'Ohne Verbindung',
        text: 'Eine Packung ist dann nicht geprüft, nie gut; was verfallen ist, bleibt rot. Scans werden auf diesem Gerät aufbewahrt und gefragt, sobald der Knoten wieder da ist.',
      },
      {
        title: 'Wie es weitergeht',
        text: 'Das Feld oben findet jede Packung, Charge oder Sendung (Strg + K). Im Menü sind Warnungen, Rückrufe, Kühlkette und die Scanner-Diagnose, die sagt, ob ein Scanner gut eingestellt ist.',
      },
    ],
  },
};
