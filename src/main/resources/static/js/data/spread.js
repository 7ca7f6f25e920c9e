// Thins out what is too much to show.

/** At most `most` of the items, from the first to the last. */
export function spread(items, most) {
  return items.length <= most ? items
    : Array.from({ length: most }, (_, i) => items[Math.round(i / (most - 1) * (items.length - 1))]);
}
