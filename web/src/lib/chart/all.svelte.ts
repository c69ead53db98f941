// All readings behind a thinned chart: fetched beside it, stopped on request, and where they do not
// come the chart stays as it is.
import { allReadings, type ReadingsOf } from '../api/readings';
import { Failure, type Client } from '../api/client';
import type { Measured, Series } from './series';

export class AllReadings {
  /** Of all readings, once they are there. */
  series = $state.raw<Series | null>(null);
  state = $state<'none' | 'loading' | 'there' | 'stopped' | 'failed'>('none');
  /** Why they did not come. */
  why = $state('');
  private end: AbortController | null = null;

  async load(client: Client, of: ReadingsOf, chain: Measured, devices: string[]): Promise<void> {
    this.forget();
    const own = (this.end = new AbortController());
    this.state = 'loading';
    try {
      const merging = import('./columns');
      const { series } = await allReadings(client, of, own.signal);
      const { merged } = await merging;
      if (this.end !== own) return;
      this.series = merged(series, chain, devices);
      this.state = 'there';
    } catch (cause) {
      if (this.end !== own) return;
      this.why = cause instanceof Failure ? cause.message : String(cause);
      this.state = own.signal.aborted ? 'stopped' : 'failed';
    }
  }

  stop(): void {
    this.end?.abort();
  }

  /** Ends what is under way; nothing of it is shown any longer. */
  forget(): void {
    this.end?.abort();
    this.end = null;
    [this.series, this.state, this.why] = [null, 'none', ''];
  }
}
