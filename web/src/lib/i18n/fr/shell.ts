// French: the texts every page needs.
import type { shell as english } from '../en.shell';

export const shell: typeof english = {
  product: 'Theriac',
  skip: 'Aller au contenu',
  dash: '–',
  header: {
    home: 'Theriac, vers la page de vérification',
    nav: 'Navigation principale',
    verify: 'Vérifier',
    menu: 'Menu',
    key: 'Se connecter',
    account: (name) => `Compte : ${name}`,
    online: 'Connecté',
    offline: 'Pas de connexion',
    theme: 'Apparence',
  },
  omnibox: {
    label: 'Chercher une boîte, un lot ou un envoi',
    placeholder: 'Boîte, lot ou envoi',
    go: 'Aller',
    kinds: {
      pack: (gtin, serial) => `Boîte ${serial} du GTIN ${gtin}`,
      lot: (gtin, lot) => `Lot ${lot} du GTIN ${gtin}`,
      shipment: (sscc) => `Envoi ${sscc}`,
      block: (id) => `Bloc du registre ${id.slice(0, 12)}…`,
    },
    open: 'Entrée pour ouvrir',
    product: (gtin) =>
      `GTIN ${gtin} : ajoutez un lot (« ${gtin} LOT ») ou un numéro de série pour continuer.`,
    wrong_check_digit: (digits) =>
      `Le chiffre de contrôle de ${digits} ne convient pas : un chiffre est faux ou manque.`,
    unknown: 'Non reconnu. Boîte : (01)…(21)…, lot : GTIN et lot, envoi : 18 chiffres.',
  },
  states: {
    loading: 'Chargement…',
    retry: 'Réessayer',
    offlineTitle: 'Pas de connexion',
    offline: 'Le nœud est injoignable. Rien n’est affiché plutôt que des données périmées.',
    timeoutTitle: 'Pas de réponse à temps',
    timeout: 'Le nœud n’a pas répondu à temps. Il est peut-être surchargé.',
    unauthorizedTitle: 'Clé refusée',
    unauthorized: 'Le nœud n’accepte plus cette clé. Saisissez-en une valable.',
    forbiddenTitle: 'Pas pour cette clé',
    forbidden: 'Votre organisation n’y a pas participé, ce n’est donc pas affiché.',
    not_foundTitle: 'Introuvable',
    not_found: 'Rien n’est connu sous ce nom, ou votre organisation ne peut pas le voir.',
    refusedTitle: 'Non compris',
    refused: 'Le nœud n’a pas pu traiter cette demande.',
    nodeTitle: 'Le nœud a un problème',
    node: 'Le nœud n’a pas pu répondre. Son exploitant trouvera la cause dans le journal.',
    reference: (id) => `Référence ${id}`,
    noPageTitle: 'Page inexistante',
    noPage: 'Cette adresse ne mène nulle part. Cherchez ci-dessus ou revenez à la vérification.',
    home: 'Vers la vérification',
    unexpected: 'Cette page a échoué',
  },
};
