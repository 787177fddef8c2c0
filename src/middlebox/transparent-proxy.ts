// A proxy that answers in its own name: the client sees another banner and EHLO list than the server behind it sends.
//
//   client ◄── 220 proxy.example ready             ◄──  220 mail.example.com ESMTP Service
//   client ◄── 250-proxy.example  250 PIPELINING   ◄──  250-mail.example.com  250-SIZE  250 STARTTLS
//
// So the client may use what the server never offered. Commands and all other replies pass, refusals (554, 5yz) too.
// A list of the server that breaks off in the middle is never shown.

import type { ReplyLine, Unit } from './dialogue-watch';
import type { GatheredTexts } from './ehlo-list';
import { isHelloLine, reply, rewriteHello } from './ehlo-list';
import type { Middlebox } from './middlebox';
import type { TextBoxState, UnitStep } from './text-box';
import { textBox } from './text-box';

export interface TransparentProxyConfig {
  /** Text behind `220 `, in the place of the whole greeting; null leaves it. */
  readonly banner: string | null;
  /** Text of the first line of the reply to EHLO and HELO; null leaves it. */
  readonly hello: string | null;
  /** The EHLO list from the second line on; null leaves it. */
  readonly extensions: readonly string[] | null;
}

export const TRANSPARENT_PROXY_DEFAULTS: TransparentProxyConfig = {
  banner: 'proxy.example.net ESMTP ready',
  hello: 'proxy.example.net',
  extensions: ['PIPELINING', '8BITMIME'],
};

interface ProxyOwn {
  readonly gathered: GatheredTexts;
}

export type TransparentProxyState = TextBoxState<ProxyOwn>;

export function transparentProxy(config: TransparentProxyConfig): Middlebox<TransparentProxyState> {
  return textBox<ProxyOwn>({
    name: 'transparent-proxy',
    explain: () => explainProxy(config),
    begin: { gathered: [] },
    unit: (own, unit) => proxyUnit(config, own, unit),
  });
}

function proxyUnit(config: TransparentProxyConfig, own: ProxyOwn, unit: Unit): UnitStep<ProxyOwn> {
  if (unit.kind !== 'reply-line') return { own, pass: unit.octets };
  if (isHelloLine(unit)) {
    return proxyHello(config.hello, unit.answers === 'EHLO' ? config.extensions : null, own, unit);
  }
  if (unit.answers !== 'greeting' || unit.code !== 220 || config.banner === null) return { own, pass: unit.octets };
  return { own, pass: unit.last ? reply(220, [config.banner]) : Buffer.alloc(0) };
}

function proxyHello(
  hello: string | null,
  extensions: readonly string[] | null,
  own: ProxyOwn,
  line: ReplyLine,
): UnitStep<ProxyOwn> {
  if (hello === null && extensions === null) return { own, pass: line.octets };
  const { gathered, pass } = rewriteHello(own.gathered, line, ([name = '', ...list]) => [
    hello ?? name,
    ...(extensions ?? list),
  ]);
  return { own: { gathered }, pass };
}

function explainProxy(config: TransparentProxyConfig): string {
  const parts = [
    ...(config.banner === null ? [] : [`greets with "220 ${config.banner}"`]),
    ...(config.hello === null ? [] : [`calls itself "${config.hello}"`]),
    ...(config.extensions === null ? [] : [`offers ${config.extensions.join(', ') || 'no extension'}`]),
  ];
  return parts.length === 0
    ? 'A transparent proxy that passes everything on.'
    : `A transparent proxy in front of the server ${parts.join(', ')}.`;
}
