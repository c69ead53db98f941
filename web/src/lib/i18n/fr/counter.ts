// French: the counter.
import type { counter as english } from '../en.counter';

export const counter: typeof english = {
  camera: {
    title: 'Caméra',
    picture: 'Ce que voit la caméra',
    open: 'Utiliser la caméra',
    opening: 'Ouverture de la caméra…',
    close: 'Fermer la caméra',
    again: 'Rouvrir',
    choose: 'Caméra',
    nth: (n) => `Caméra n° ${n}`,
    lightOn: 'Allumer la lampe',
    lightOff: 'Éteindre la lampe',
    checking: 'Vérification…',
    nothing: 'Aucune boîte lue avec la caméra pour l’instant.',
    halted: 'Confirmez d’abord le résultat rouge.',
    notLoaded:
      'Le lecteur de la caméra n’a pas pu être chargé. Vérifiez la connexion et réessayez.',
    hints: {
      hold: 'Placez le code carré dans le cadre.',
      aim: 'Aucun code visible : remplissez-en la moitié du cadre, sous une bonne lumière.',
      closer: 'Rapprochez-vous.',
      steady: 'Ne bougez plus et évitez les reflets.',
      several: 'Plus d’une boîte en vue : montrez-les une par une.',
      other_code:
        'Ce code n’est pas celui d’une boîte : montrez le code carré près du numéro de série.',
    },
    stages: {
      off: {
        title: 'La caméra est éteinte.',
        text: 'Elle se ferme dès que cette page n’est plus visible.',
      },
      denied: {
        title: 'La caméra ne peut pas être utilisée.',
        text: 'Autorisez-la pour cette adresse dans le navigateur (à côté de l’adresse ou dans les réglages du site), puis rouvrez-la. Le lecteur et la saisie fonctionnent sans elle.',
      },
      none: {
        title: 'Aucune caméra trouvée.',
        text: 'Branchez-en une et rouvrez, utilisez un lecteur à main ou saisissez le code.',
      },
      in_use: {
        title: 'La caméra ne répond pas.',
        text: 'Un autre programme l’utilise peut-être. Fermez-le, puis rouvrez.',
      },
      insecure: {
        title: 'Cette page ne peut pas utiliser de caméra.',
        text: 'Les navigateurs ne donnent la caméra qu’aux pages en https. Demandez à l’exploitant du nœud.',
      },
      lost: {
        title: 'La caméra n’est plus là.',
        text: 'Elle a été débranchée ou retirée. Rebranchez-la et rouvrez.',
      },
      decoder: {
        title: 'Le lecteur de codes n’a pas pu démarrer.',
        text: 'Vérifiez la connexion et rouvrez. Le lecteur à main et la saisie fonctionnent sans lui.',
      },
      forgotten: {
        title: 'La caméra a été fermée.',
        text: 'Elle n’a vu aucun code pendant trois minutes.',
      },
      unknown: {
        title: 'La caméra n’a pas pu être ouverte.',
        text: 'Rouvrez-la, utilisez un lecteur à main ou saisissez le code.',
      },
    },
  },
  version: {
    fresh: 'Une version plus récente du portail est prête.',
    reload: 'Recharger maintenant',
    later: 'Plus tard',
  },
  offline: {
    expired: (date) =>
      `D’après son propre code, cette boîte est périmée depuis le ${date}. Le nœud n’a pas été interrogé.`,
    recalled: (lot, asOf) =>
      `Le lot ${lot} figure sur la liste signée des rappels du ${asOf}. Le nœud n’a pas été interrogé.`,
    redSteps: [
      'Mettez la boîte en quarantaine ; elle ne doit être remise à aucun patient.',
      'Consultez la réponse du nœud quand la connexion sera revenue.',
    ],
    kept: 'Gardé sur cet appareil. Le nœud sera interrogé de lui-même dès qu’il sera joignable.',
    late: 'Répondu plus tard, quand le nœud était de nouveau joignable.',
  },
  queue: {
    title: 'Fait sans connexion',
    waiting: (n) => `${n} en attente du nœud`,
    sending: 'Interrogation du nœud…',
    answered: (n) => `${n} avec réponse`,
    states: {
      waiting: 'En attente',
      done: 'Enregistré',
      refused: 'Refusé',
      other: 'Attend la clé avec laquelle il a été fait',
    },
    kinds: { dispense: 'Délivrer', undo: 'Annuler la délivrance' },
    red: (n) => `${n} de ces boîtes ne doivent pas être délivrées.`,
    send: 'Demander maintenant',
    putAway: 'Ranger ce qui a une réponse',
    empty: 'Vider la file',
    emptyAsk: (n) =>
      `Ce qui attend (${n}) ne serait jamais demandé ni enregistré. Vider la file quand même ?`,
    emptyYes: 'Vider',
    emptyNo: 'Garder',
    notKept: 'Cet appareil n’a pas pu garder la file : elle sera perdue en fermant l’onglet.',
  },
  supply: {
    title: 'Délivrance',
    dispense: 'Enregistrer comme délivrée',
    later: 'Enregistrer comme délivrée au retour du nœud',
    laterHint:
      'Seulement si votre procédure écrite laisse partir une boîte non vérifiée. Le nœud peut refuser.',
    undo: 'Annuler : elle n’a pas été délivrée',
    sending: 'Enregistrement…',
    queued: 'Dans la file ; sera enregistrée au retour du nœud.',
    done: 'Enregistrée comme délivrée.',
    undone: 'Annulé : la boîte est de nouveau en stock.',
    refused: 'Non enregistré.',
    window: 'Possible pendant dix jours, au même endroit.',
  },
  tour: {
    offer: 'Première visite ? Un tour en cinq étapes, environ une minute.',
    start: 'Faire le tour',
    decline: 'Non merci',
    at: (n, all) => `Étape ${n} sur ${all}`,
    next: 'Suivant',
    back: 'Retour',
    end: 'Quitter le tour',
    done: 'Terminé',
    examples: {
      good: 'Vérifier une bonne boîte de la démo',
      bad: 'Vérifier une boîte copiée de la démo',
    },
    steps: [
      {
        title: 'Une lecture suffit',
        text: 'Lisez une boîte avec le lecteur à main : aucun champ n’a besoin du curseur, la disposition du clavier et le verrouillage des majuscules ne comptent pas. Sans lecteur, prenez la caméra ou saisissez le code.',
      },
      {
        title: 'Le rouge arrête tout',
        text: 'Une réponse rouge dit la cause et que faire, et bloque le lecteur jusqu’à ce que vous confirmiez avoir mis la boîte de côté.',
      },
      {
        title: 'Deux états, une phrase chacun',
        text: 'Ce qu’est la boîte, et si une alerte est ouverte à son sujet, sont dits séparément. Son historique, son lot et une impression sont à un clic.',
      },
      {
        title: 'Sans connexion',
        text: 'Une boîte est alors non vérifiée, jamais bonne ; ce qui est périmé reste rouge. Les lectures sont gardées sur cet appareil et demandées au retour du nœud.',
      },
      {
        title: 'Pour continuer',
        text: 'Le champ en haut trouve toute boîte, tout lot ou envoi (Ctrl + K). Le menu mène aux alertes, aux rappels, à la chaîne du froid et au diagnostic du lecteur, qui dit si un lecteur est bien réglé.',
      },
    ],
  },
};
