// What follows from the steps of the MTU lab. Pure. A stall alone proves nothing: the control must have flowed, the router must
// have thrown segments away for their size, nobody may have told the client, and its kernel must have been seen trying again.

import type { MtuStep, MtuVerdict } from './lab-report';

/** What the steps show so far. @param mtuProbing as the client's kernel was set */
export function mtuVerdict(steps: readonly MtuStep[], mtuProbing: number): MtuVerdict {
  const step = (name: MtuStep['name']): MtuStep | undefined => steps.find((one) => one.name === name);
  const [control, short, stall, cure] = [step('control'), step('short'), step('stall'), step('cure')];
  if (control === undefined) return notShown('Nothing was sent.');
  if (!control.delivered) {
    return notShown(
      `The control failed: with the MSS lowered the mail should have flowed, and it did not (${fate(control)}). A stall would prove nothing, so none was looked for.`,
    );
  }
  if (short !== undefined && !short.delivered) {
    return notShown(`Not even a mail that fits one segment got through (${fate(short)}).`);
  }
  if (stall === undefined) return notShown('The black hole was not tried.');
  const reason = whyNotShown(stall, mtuProbing);
  if (reason !== null) return notShown(reason);
  const { tooBig, sentAgain } = stall.heal?.counted ?? stall.counted;
  const healed = healedOf(stall);
  return {
    shown: true,
    healed,
    text: [
      `Shown: the router threw away ${count(tooBig, 'packet')} for their size, ${sentAgain} of them new attempts of the client's kernel, and no word of it reached the client.`,
      ...(healed === null ? [] : [HEALED[healed]]),
      ...(cure === undefined ? [] : [cureText(cure)]),
    ].join(' '),
  };
}

function notShown(text: string): MtuVerdict {
  return { shown: false, text, healed: null };
}

/** Why the stalled step is no black hole, or null when it is one. */
function whyNotShown(stall: MtuStep, mtuProbing: number): string | null {
  const { server, heal } = stall;
  const { tooBig, icmp } = heal?.counted ?? stall.counted;
  const [arrived] = server.accepted;
  if (server.goAhead === null) return `It never came to mail data (${fate(stall)}).`;
  if (arrived !== undefined && (heal === null || arrived.at < heal.at)) {
    if (tooBig === 0) {
      // A kernel that always probes begins with small segments (tcp_base_mss) and may not have tried a larger one yet.
      const why = mtuProbing === 2 ? ' (tcp_mtu_probing 2 begins with small ones)' : '';
      return `The mail got through: none of its segments was too big for the far link${why}.`;
    }
    return mtuProbing === 0
      ? `The mail got through although ${count(tooBig, 'packet')} vanished: this kernel does not show the difference.`
      : `The mail got through: ${count(tooBig, 'packet')} vanished, then the client's kernel found a size that passes (tcp_mtu_probing ${mtuProbing}).`;
  }
  if (icmp > 0) return `The client was told: ${count(icmp, 'ICMP message')} came through. This is no black hole.`;
  if (tooBig === 0) return 'It stalled, but the router threw nothing away for its size: the cause is another one.';
  if (stall.retransmissions.length === 0) {
    return 'It stalled, but the kernel was not seen sending anything again: the client was gone too soon, or ss cannot tell.';
  }
  return null;
}

const HEALED: Readonly<Record<NonNullable<MtuVerdict['healed']>, string>> = {
  flowed: 'With the ICMP let through the same connection went on, and the mail arrived.',
  'tried-again': 'With the ICMP let through the mail arrived by a later connection: the client had given up the first.',
  'client-gone': 'When the ICMP was let through the client had gone already.',
  'not-yet': 'The ICMP was let through, but the kernel did not try again within the patience.',
};

function healedOf(stall: MtuStep): MtuVerdict['healed'] {
  if (stall.heal === null) return null;
  const [arrived] = stall.server.accepted;
  if (arrived !== undefined) return arrived.peerPort === stall.server.goAhead?.peerPort ? 'flowed' : 'tried-again';
  return stall.client.endedAt !== null || stall.gaveUpAt !== null ? 'client-gone' : 'not-yet';
}

function cureText(cure: MtuStep): string {
  return cure.delivered
    ? 'With the MSS lowered again, a new connection delivers at once.'
    : `With the MSS lowered again a new connection did not deliver (${fate(cure)}).`;
}

/** In brackets: how far it came. */
function fate({ client, server }: MtuStep): string {
  // The server's side of it may be what does not fit: its certificate.
  const open = server.handshake === null || server.handshake === 'secured' ? '' : 'the TLS handshake came to nothing; ';
  const reached =
    server.last === null ? 'the server saw nobody' : `the last thing the server saw or did: ${server.last.text}`;
  return client.words === '' ? `${open}${reached}` : `${open}the client: ${client.words}; ${reached}`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
