// Every check there is, and every obligation that has none on purpose. A new phase file is added here and nowhere else.
// The order does not matter: verdicts come in the catalogue's order.

import type { Check } from '../check';
import { contentSendingChecks } from './content-sending';
import { ehloListChecks } from './ehlo-list';
import { greetingChecks } from './greeting';
import { greetingRefusalChecks } from './greeting-refusal';
import { helloChecks } from './hello';
import { helloFallbackChecks } from './hello-fallback';
import { pipeliningChecks } from './pipelining';
import { quittingChecks } from './quitting';
import { replyClassChecks } from './reply-class';
import { replyDamageChecks } from './reply-damage';
import { replyStreamChecks } from './reply-stream';
import { serviceEndingChecks } from './service-ending';
import { sessionChecks } from './session';
import { sessionUseChecks } from './session-use';
import { timeoutChecks } from './timeouts';
import { mailChecks } from './mail';
import { afterDotChecks } from './after-dot';
import { bdatChecks } from './bdat';
import { bounceChecks } from './bounces';
import { commandOrderChecks } from './command-order';
import { contentOctetChecks } from './content-octets';
import { contentStallChecks } from './content-stalls';
import { contentWholeChecks } from './content-whole';
import { eightBitChecks } from './eight-bit';
import { lengthChecks } from './lengths';
import { mixedRecipientChecks } from './mixed-recipients';
import { nobodyChecks } from './nobody';
import { parameterChecks } from './parameters';
import { pathChecks } from './paths';
import { pipeliningGroupChecks } from './pipelining-groups';
import { pipeliningWindowChecks } from './pipelining-window';
import { rcptCodeChecks } from './rcpt-codes';
import { rcptManyChecks } from './rcpt-many';
import { sizeChecks } from './size';
import { withdrawnChecks } from './withdrawn';
import { authChecks } from './auth';
import { commandLineChecks } from './command-lines';
import { hygieneChecks } from './hygiene';
import { repeatChecks } from './repeats';
import { retryChecks } from './retries';
import { serverChecks } from './servers';
import { starttlsChecks } from './starttls';
import { starttlsFailureChecks } from './starttls-failure';
import { tlsChecks } from './tls';
import { tlsRequiredChecks } from './tls-required';

export const CHECKS: readonly Check[] = [
  ...mailChecks,
  ...contentSendingChecks,
  ...pipeliningChecks,
  ...sessionChecks,
  ...greetingChecks,
  ...greetingRefusalChecks,
  ...helloChecks,
  ...helloFallbackChecks,
  ...ehloListChecks,
  ...replyClassChecks,
  ...replyDamageChecks,
  ...replyStreamChecks,
  ...serviceEndingChecks,
  ...sessionUseChecks,
  ...quittingChecks,
  ...timeoutChecks,
  ...afterDotChecks,
  ...bdatChecks,
  ...bounceChecks,
  ...commandOrderChecks,
  ...contentOctetChecks,
  ...contentStallChecks,
  ...contentWholeChecks,
  ...eightBitChecks,
  ...lengthChecks,
  ...mixedRecipientChecks,
  ...nobodyChecks,
  ...parameterChecks,
  ...pathChecks,
  ...pipeliningGroupChecks,
  ...pipeliningWindowChecks,
  ...rcptCodeChecks,
  ...rcptManyChecks,
  ...sizeChecks,
  ...withdrawnChecks,
  ...retryChecks,
  ...repeatChecks,
  ...serverChecks,
  ...starttlsChecks,
  ...starttlsFailureChecks,
  ...tlsChecks,
  ...tlsRequiredChecks,
  ...authChecks,
  ...hygieneChecks,
  ...commandLineChecks,
];

/** Obligation id → why no record can prove it kept or broken. A sentence. */
export const UNJUDGED: ReadonlyMap<string, string> = new Map([
  ['dot-split', 'It asks something of our own reader, not of the client.'],
  ['auth-layer-reehlo', 'We play no mechanism with a security layer, so that no record can show one.'],
]);
