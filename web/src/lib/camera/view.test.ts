import { describe, expect, it } from 'vitest';
import type { Code } from './decode';
import { AWAY_MS, pick, View } from './view';

const GS = '\u001d';
const matrix = (serial: string): Code => ({
  text: `]d20109506000134352${'21'}${serial}${GS}17281231${'10'}LOT`,
  linear: false,
});
const bars = (serial: string): Code => ({ text: `]C1010950600013435221${serial}`, linear: true });
const seen = (...codes: Code[]) => ({ codes, unread: 0 });
const NOTHING = seen();

describe('a pack before the camera', () => {
  it('is scanned at first sight and once while it stays, however long', () => {
    const view = new View(0);
    expect(view.look(seen(matrix('A1')), 10).scan).toBe(matrix('A1').text);
    for (let at = 60; at < 60_000; at += 50) {
      const visible = at % 700 < 400;
      expect(view.look(visible ? seen(matrix('A1')) : NOTHING, at).scan).toBeNull();
    }
  });

  it('is scanned again after it was away', () => {
    const view = new View(0);
    view.look(seen(matrix('A1')), 10);
    expect(view.look(NOTHING, 10 + AWAY_MS).scan).toBeNull();
    expect(view.look(seen(matrix('A1')), 12 + AWAY_MS).scan).not.toBeNull();
  });

  it('stays in view while nothing is looked at', () => {
    const view = new View(0);
    view.look(seen(matrix('A1')), 10);
    view.keep(60_000);
    expect(view.look(seen(matrix('A1')), 60_010).scan).toBeNull();
  });

  it('gives way to the next one at once', () => {
    const view = new View(0);
    view.look(seen(matrix('A1')), 10);
    expect(view.look(seen(matrix('B2')), 60).scan).toBe(matrix('B2').text);
  });

  it('is one pack with both its codes, read from the matrix', () => {
    expect(pick([bars('A1'), matrix('A1')])).toMatchObject({ text: matrix('A1').text });
  });

  it('is none where two are in view', () => {
    const view = new View(0);
    expect(view.look(seen(matrix('A1'), matrix('B2')), 10)).toEqual({
      scan: null,
      hint: 'several',
    });
  });

  it('is looked at twice where only bars tell it', () => {
    const view = new View(0);
    expect(view.look(seen(bars('A1')), 10).scan).toBeNull();
    expect(view.look(seen(bars('A2')), 40).scan).toBeNull();
    expect(view.look(seen(bars('A1')), 70).scan).toBeNull();
    expect(view.look(NOTHING, 90).scan).toBeNull();
    expect(view.look(seen(bars('A1')), 110).scan).toBe(bars('A1').text);
  });

  it('is told from other codes', () => {
    const shop: Code = { text: ']Q1https://example.org/offers', linear: false };
    const link: Code = { text: ']Q1https://id.gs1.org/01/09506000134352/21/A1', linear: false };
    const lotOnly: Code = { text: ']d20109506000134352' + '10LOT', linear: false };
    const view = new View(0);
    expect(view.look(seen(shop), 10)).toEqual({ scan: null, hint: 'other_code' });
    expect(view.look(seen(shop, link), 40).scan).toBe(link.text);
    expect(view.look(seen(lotOnly), 80).scan).toBeNull();
    expect(view.look(seen(lotOnly), 120).scan).toBe(lotOnly.text);
  });
});

describe('a person is told', () => {
  it('to come closer or to hold still when a code is there but cannot be read', () => {
    for (const [unread, hint] of [
      [30, 'closer'],
      [120, 'steady'],
    ] as const) {
      const view = new View(0);
      const hints = [1, 2, 3, 4].map((nth) => view.look({ codes: [], unread }, nth * 40).hint);
      expect(hints).toEqual([null, null, null, hint]);
    }
  });

  it('where to hold the code when there is none for a while', () => {
    const view = new View(0);
    expect(view.look(NOTHING, 3_900).hint).toBeNull();
    expect(view.look(NOTHING, 4_100).hint).toBe('aim');
  });
});
