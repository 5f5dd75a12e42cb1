-- Keeps a decision unless it is there. KEYS: decision. ARGV: decision, time to live in ms.
if redis.call('HSETNX', KEYS[1], 'decision', ARGV[1]) == 1 then
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return '1'
