// The library: what `import … from 'smtp-gauntlet'` gives. Everything here is documented and kept stable.

export { startMockServer, MockServer } from './mock/mock-server';
export type { MockServerOptions } from './mock/mock-server';
export type { CommandRecord, ConnectionRecord } from './mock/connection-record';
export { WaitError } from './mock/waiting';
export type { Bound } from './mock/waiting';
export type { Address } from './server/mail-port';
export type { ReceivedMessage } from './server/received-message';
export { ListenError } from './server/listener';
export { parseMessage } from './server/parsed-message';
export type { ParsedMessage } from './server/parsed-message';

export { scenario, ScenarioBuilder } from './scenario/builder';
export { listScenarios, loadScenario, loadScenarioText } from './scenario/load';
export { explainScenario } from './scenario/explain';
export { listPersonas, loadPersona } from './scenario/persona-load';
export { ScenarioError } from './scenario/scenario-error';
export type { Scenario } from './scenario/scenario';
export type { Persona } from './scenario/persona';

export { runTrial } from './gauntlet/trial';
export type { TrialOptions, TrialResult } from './gauntlet/trial';
export { CLIENT_DRIVERS, clientDriver, commandDriver } from './clients';
export type { ClientDriver } from './clients/driver';
export { transcript } from './report/transcript';

export { readTrialRecord, writeTrialRecord } from './wire/trial-record-file';
export { readTraceText, printTraceText } from './wire/trace-text';
export { systemClock, virtualClock } from './wire/clock';
export type { Clock, VirtualClock } from './wire/clock';
export type { TraceEvent, TraceRecord } from './wire/trace-event';
export type { TrialRecord } from './wire/trial-record';
export { OBLIGATIONS, obligation } from './obligations/catalogue';
export type { Obligation } from './obligations/obligation';
