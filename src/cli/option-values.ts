// Values of command-line options, with the sentence that helps when one is wrong.

import { InvalidArgumentError } from 'commander';
import { Mistake } from '../scenario/mistake';

export function wholeNumber(text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= 1) return number;
  throw new InvalidArgumentError('expected a whole number from 1 on');
}

export function positiveNumber(text: string): number {
  const number = Number(text);
  if (Number.isFinite(number) && number > 0) return number;
  throw new InvalidArgumentError('expected a number above 0');
}

export function portNumber(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new InvalidArgumentError('expected a port number from 0 to 65535');
}

/** A reader of quantities with units ("10 MB", "5 s") as an option's. */
export function quantity(read: (text: string) => number): (text: string) => number {
  return (text) => {
    try {
      return read(text);
    } catch (error) {
      if (!(error instanceof Mistake)) throw error;
      throw new InvalidArgumentError(error.message);
    }
  };
}
