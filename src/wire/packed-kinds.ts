// The kinds of packed events: the lowest bits of the number each begins with. What may be missing from an event has a bit of its own
// above them, named where that kind is packed.

export const AS_IT_IS = 0;
export const RECEIVED = 1;
export const SENT = 2;
export const COMMAND = 3;
export const REPLY = 4;
export const MESSAGE = 5;
export const MODE = 6;
export const CONNECTED = 7;
export const PEER = 8;
export const CLOSING = 9;
export const CLOSED = 10;
export const KIND = 15;
