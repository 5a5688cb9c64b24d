/** A map that forgets what was set longest ago once it holds more than it should. */
export class RecentMap<K, V> extends Map<K, V> {
  /** @param limit entries kept */
  constructor(private readonly limit: number) {
    super();
  }

  override set(key: K, value: V): this {
    this.delete(key);
    super.set(key, value);
    const [oldest] = this.size > this.limit ? this.keys() : [];
    if (oldest !== undefined) this.delete(oldest);
    return this;
  }
}
