// What every middlebox is: a pure state machine with time and closing, standing between the client and the server.
// It never sees a socket. server/transport feeds it and performs what comes out; tests feed it literal octets.
// Each box has a file of its own, with a picture of what it does to the octets, a plain configuration type and `explain()`.

/** Which end the octets come from: `client` flows towards the server, `server` towards the client. */
export type Side = 'client' | 'server';

/** Uniform numbers in [0, 1), from the printed seed. */
export type Random = () => number;

interface Moment {
  /** Milliseconds on the record's clock. */
  readonly at: number;
  readonly side: Side;
}

/** What happens to a box: octets from one end, its FIN, its RST, or the wake-up it asked for. */
export type BoxInput = Moment &
  (
    | { readonly octets: Buffer }
    | { readonly fin: true }
    | { readonly rst: true }
    /** `side` is the one given with the request. */
    | { readonly wake: true }
  );

/**
 * What a box lets through or asks for. `side` is where it came from (an octet from the client has side `client` on
 * both faces of the box); `at` is when it leaves, never before the input's `at`. `pauseReading` true stops reading
 * from that side's end, false goes on. `wake` asks for a `wake` input at `at`.
 */
export type BoxOutput = Moment &
  (
    | { readonly octets: Buffer }
    | { readonly fin: true }
    | { readonly rst: true }
    | { readonly pauseReading: boolean }
    | { readonly wake: true }
  );

export interface BoxStep<State> {
  readonly state: State;
  readonly out: readonly BoxOutput[];
}

export interface BoxStart {
  readonly at: number;
  /** Accept order, from 1: some boxes treat only the first n connections. */
  readonly connection: number;
  readonly random: Random;
}

export interface Middlebox<State = unknown> {
  /** The word under `path:`, e.g. `pix-fixup`. */
  readonly name: string;
  /** One English sentence of what it does as configured. */
  explain(): string;
  start(with_: BoxStart): BoxStep<State>;
  next(state: State, input: BoxInput): BoxStep<State>;
}
