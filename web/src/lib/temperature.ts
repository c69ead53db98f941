// Temperatures as people read them. Values arrive in degrees Celsius with three decimals; one
// decimal is shown, because no logger in the field is better than a tenth of a degree.

import { t } from './i18n';
import { number } from './i18n/language.svelte';

const MINUS = '\u2212';

/** `5.2 °C`, `−18.0 °C`; a dash for no value. */
export function formatCelsius(celsius: number | null | undefined): string {
  if (celsius === null || celsius === undefined || !Number.isFinite(celsius)) return '\u2013';
  return `${formatTenths(celsius)}\u00a0\u00b0C`;
}

/** One decimal, halves away from zero, a true minus sign, never `−0.0`. */
export function formatTenths(celsius: number): string {
  // Through thousandths as an integer: 8.05 is 8.1 here although 8.05 * 10 rounds below 80.5.
  const tenths = Math.round(Math.round(Math.abs(celsius) * 1000) / 100) / 10;
  return (celsius < 0 && tenths > 0 ? MINUS : '') + number(tenths, 1);
}

/** `2–8 °C`, or one-sided `≤ 25 °C`. */
export function formatBand(
  low: number | null | undefined,
  high: number | null | undefined,
): string {
  const plain = (value: number) => (value < 0 ? MINUS : '') + String(Math.abs(value));
  const unit = '\u00a0\u00b0C';
  if (low != null && high != null) {
    const separator = low < 0 || high < 0 ? t.cold.bandTo : '\u2013';
    return plain(low) + separator + plain(high) + unit;
  }
  if (high != null) return `\u2264\u00a0${plain(high)}${unit}`;
  if (low != null) return `\u2265\u00a0${plain(low)}${unit}`;
  return '\u2013';
}
