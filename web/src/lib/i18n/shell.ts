// The texts of the shell, for what loads before any page does.
import { shell } from './en.shell';

export type ShellMessages = typeof shell;

export const t: ShellMessages = shell;
