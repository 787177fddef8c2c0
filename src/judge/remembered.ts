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
