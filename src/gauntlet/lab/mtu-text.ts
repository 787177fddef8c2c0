// The MTU lab's report for people: plain text in 80 columns. Pure; the same is in the JSON, with nothing left out.

import type { Counted, MtuLabReport, MtuStep, MtuStepName } from './lab-report';
import { CLIENT_ADDRESS, HEADER_OCTETS, SERVER_ADDRESS } from './network-plan';
import type { Retransmission } from './tcp-info';

const WIDTH = 80;
const INDENT = '   ';
/** Of a long row of retransmissions, the first and the last ones. */
const ROWS = 12;

const TITLES: Readonly<Record<MtuStepName, (step: MtuStep) => string>> = {
  control: (step) =>
    `Control: the server's MTU is lowered to ${step.serverMtu}, so it announces an MSS of ${mss(step)}`,
  short: (step) => `Black hole, a mail that fits one segment: the server announces an MSS of ${mss(step)}`,
  stall: (step) => `Black hole, the mail of the control: the server announces an MSS of ${mss(step)}`,
  cure: (step) => `Black hole, a new connection: the server's MTU is lowered to ${step.serverMtu} again`,
};

const TLS_WORDS: Readonly<Record<MtuLabReport['tls'], string>> = {
  none: '',
  required: ', with STARTTLS',
  implicit: ', with TLS from the first octet',
};

/** The report as text, with a line end at the end. */
export function mtuText(report: MtuLabReport): string {
  const { client, nearMtu, farMtu, kernel, scenario, tls, mtuProbing } = report;
  return [
    ...wrap(`A path-MTU black hole, for real: ${client.name} ${client.version} on ${kernel}`, '', ''),
    '',
    `  client ------- MTU ${nearMtu} ------- router ------- MTU ${farMtu} ------- server`,
    `  ${CLIENT_ADDRESS.padEnd(55)}${SERVER_ADDRESS}`,
    '',
    ...wrap(
      `The router sends no ICMP "fragmentation needed". Scenario ${scenario}${TLS_WORDS[tls]}; tcp_mtu_probing ${mtuProbing}. Times are seconds since the client connected.`,
      '  ',
      '  ',
    ),
    ...report.steps.flatMap((step, index) => ['', ...stepLines(step, index + 1, report)]),
    '',
    ...wrap(report.verdict.text, '', ''),
    '',
  ].join('\n');
}

function stepLines(step: MtuStep, number: number, report: MtuLabReport): readonly string[] {
  const lines = [...wrap(`${number}. ${TITLES[step.name](step)}`, '', INDENT), ...outcomeLines(step, report)];
  if (step.name !== 'stall') return lines;
  return [...lines, ...kernelLines(step), ...healLines(step), ...clientLines(step, report)];
}

/** Whether the mail arrived; where it did not, what the server has of it. */
function outcomeLines(step: MtuStep, { client, tls }: MtuLabReport): readonly string[] {
  const { server, messageOctets, delivered, unchanged, counted } = step;
  const [first] = server.accepted;
  if (delivered && first !== undefined && step.heal === null) {
    // An MTA adds trace fields (RFC 5321 4.4), and a command line may send a mail of its own: theirs are never the same.
    const same = unchanged || client.role !== 'submission' ? '' : ', not with the octets that were submitted';
    const again = counted.sentAgain === 0 ? '' : `, ${segments(counted.sentAgain)} sent again`;
    return paragraph(
      `Delivered: ${grouped(first.octets)} octets, ${seconds(first.at)} s${same}. Too big for the far link: ${counted.tooBig}${again}.`,
    );
  }
  if (server.goAhead === null) return paragraph(`It did not come to mail data. Server: ${lastOf(step)}.`);
  return [
    ...paragraph(
      `${seconds(server.goAhead.at)}  Greeting, ${tls === 'none' ? '' : 'TLS handshake, '}EHLO, MAIL, RCPT and DATA have passed; the server says 354 and waits for ${grouped(messageOctets)} octets.`,
    ),
    ...(delivered
      ? []
      : paragraph(
          `The server got ${grouped(server.contentOctets)} octets behind it. The last it saw or did: ${lastOf(step)}.`,
        )),
  ];
}

function kernelLines({ retransmissions, kernel, counted, heal }: MtuStep): readonly string[] {
  const before: Counted = heal?.counted ?? counted;
  const lines = [
    ...paragraph(
      `The router threw away ${segments(before.tooBig)} that were too big; ICMP messages that reached the client: ${before.icmp}.`,
    ),
  ];
  if (retransmissions.length === 0) return [...lines, ...paragraph('The kernel was not seen sending anything again.')];
  return [
    ...lines,
    ...paragraph("What the client's kernel did (ss -ti):"),
    `${INDENT}     sent again at   how often   next one in   doubled   in flight    MSS`,
    ...cut(retransmissions).map((row) => (row === null ? `${INDENT}               …` : tableRow(row))),
    ...(kernel === null
      ? []
      : paragraph(
          `At ${seconds(kernel.at)} s: ${kernel.state}, ${kernel.unacked} segments in flight, ${kernel.lost} taken for lost, ${grouped(kernel.sendQueueOctets)} octets written and not acknowledged; the timer is ${timerWords(kernel.timer)}.`,
        )),
  ];
}

function tableRow({ at, count, rtoMs, backoff, unacked, mss: size }: Retransmission): string {
  const next = rtoMs === null ? '-' : `${seconds(rtoMs)} s`;
  const cells = [
    `${seconds(at)} s`.padStart(18),
    `${count}`.padStart(12),
    next.padStart(14),
    `${backoff} x`.padStart(10),
    `${unacked}`.padStart(12),
    `${size ?? '-'}`.padStart(7),
  ];
  return INDENT + cells.join('');
}

function cut(rows: readonly Retransmission[]): readonly (Retransmission | null)[] {
  return rows.length <= ROWS ? rows : [...rows.slice(0, ROWS / 2), null, ...rows.slice(-ROWS / 2)];
}

function timerWords(timer: { readonly kind: string; readonly leftMs: number } | null): string {
  if (timer === null) return 'off';
  return timer.kind === 'on' ? `for sending again, ${seconds(timer.leftMs)} s left` : `"${timer.kind}"`;
}

function healLines({ heal, server, counted }: MtuStep): readonly string[] {
  if (heal === null) return [];
  const [arrived] = server.accepted;
  const lines = paragraph(`${seconds(heal.at)}  The ICMP is let through.`);
  if (arrived === undefined) return lines;
  if (arrived.peerPort !== server.goAhead?.peerPort) {
    return [...lines, ...paragraph(`${seconds(arrived.at)}  The mail has arrived, by another connection.`)];
  }
  return [
    ...lines,
    ...paragraph(
      `${seconds(arrived.at)}  The mail has arrived, ${seconds(arrived.at - heal.at)} s later: when the kernel tried again, ICMP told it (${counted.icmp}) and it cut its segments to fit.`,
    ),
  ];
}

function clientLines(step: MtuStep, { patienceMs }: MtuLabReport): readonly string[] {
  const { client, gaveUpAt, server } = step;
  const again = server.connections.filter(({ at }) => at > (server.goAhead?.at ?? Infinity));
  if (gaveUpAt !== null && client.endedAt === null) {
    return [
      ...paragraph(`${seconds(gaveUpAt)}  The client gives up and closes the connection.`),
      ...again.flatMap(({ at }) => paragraph(`${seconds(at)}  It connects again.`)),
      ...paragraph(`Stopped after ${patienceMs / 1000} s of patience, it says: ${client.outcome}, ${client.words}`),
    ];
  }
  if (client.endedAt === null) {
    const said = client.outcome === 'unknown' ? '' : ` It says: ${client.outcome}, ${client.words}.`;
    return paragraph(`The client had not given up after ${patienceMs / 1000} s of patience, and was stopped.${said}`);
  }
  return paragraph(`${seconds(client.endedAt)}  The client ends: ${client.outcome}, ${client.words}`);
}

function lastOf({ server: { last } }: MtuStep): string {
  return last === null ? 'nothing' : `${last.text} at ${seconds(last.at)} s`;
}

function mss({ serverMtu }: MtuStep): number {
  return serverMtu - HEADER_OCTETS;
}

/** Three places behind the point, as the kernel's milliseconds are. */
function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

function segments(number: number): string {
  return number === 1 ? '1 segment' : `${number} segments`;
}

function grouped(number: number): string {
  return number.toLocaleString('en-US');
}

function paragraph(text: string): readonly string[] {
  return wrap(text, INDENT, INDENT);
}

/** Breaks at blanks; a word longer than the line stays whole. */
function wrap(text: string, first: string, others: string): readonly string[] {
  const lines: string[] = [];
  let line = first;
  for (const word of text.split(' ')) {
    const fits = line.trim() === '' || line.length + 1 + word.length <= WIDTH;
    if (!fits) {
      lines.push(line);
      line = others;
    }
    line += line === first || line === others ? word : ` ${word}`;
  }
  return [...lines, line];
}
