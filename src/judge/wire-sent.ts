// What went out on the wire behind a path, in order. Used by the checks that ask what the client saw and when. Empty where there
// is no path: then the session's own replies are what went out.

import type { SentEvent } from '../wire/trace-event';
import type { Dialogue } from './dialogue';
import { remembered } from './remembered';

export const wireOf = remembered((dialogue: Dialogue): readonly SentEvent[] =>
  dialogue.record.events.filter((event): event is SentEvent => event.type === 'sent' && event.layer === 'wire'),
);
