-- Keeps a decision, or that a request belongs to one, unless something is there. KEYS: decision.
-- ARGV: "decision" or "of", value, time to live in ms.
if redis.call('HLEN', KEYS[1]) == 0 then
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
end
return '1'
