// What is worked out once for each dialogue, exchange or transaction: many checks ask for the same, and a record of a hundred
// thousand commands must not be gone through for each of them. What is remembered goes with the record.

/** @param make pure: it is called once for each key */
export function remembered<Key extends object, Value>(make: (key: Key) => Value): (key: Key) => Value {
  const known = new WeakMap<Key, { readonly value: Value }>();
  return (key) => {
    let made = known.get(key);
    if (made === undefined) {
      made = { value: make(key) };
      known.set(key, made);
    }
    return made.value;
  };
}

/**
 * The same for texts that come again and again, such as the list of a server in each connection: only the latest is
 * remembered.
 * @param make pure
 */
export function rememberedLatest<Value>(make: (text: string) => Value): (text: string) => Value {
  let latest: { readonly text: string; readonly value: Value } | null = null;
  return (text) => {
    if (latest?.text !== text) latest = { text, value: make(text) };
    return latest.value;
  };
}
