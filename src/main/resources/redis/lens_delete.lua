-- Removes one lens. KEYS: lenses, uses, ends. ARGV: hash.
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('ZREM', KEYS[3], ARGV[1])
return '1'
