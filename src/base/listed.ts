/** Lists by key, made when their first entry comes. Not for maps that live long: nothing here bounds them. */

/** The list of a key; an empty one is put there where there was none. */
export function listed<K, V>(lists: Map<K, V[]>, key: K): V[] {
  let list = lists.get(key);
  if (list === undefined) {
    list = [];
    lists.set(key, list);
  }
  return list;
}
