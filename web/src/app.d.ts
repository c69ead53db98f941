// The portal adds nothing to SvelteKit's application types.
declare global {
  namespace App {}
}

export {};
