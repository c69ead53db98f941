// The texts of the counter: camera, work without a connection, tour.
import { counter } from './en.counter';
import { localised } from './language.svelte';

export const t = localised('counter', counter);
