// The texts of the shell, for what loads before any page does.
import { shell } from './en.shell';
import { localised } from './language.svelte';

export type ShellMessages = typeof shell;

export const t: ShellMessages = localised('shell', shell);
