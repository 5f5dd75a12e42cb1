-- Notes what one source says of a decision. KEYS: decision. ARGV: source, kind, reward, weight, attempt, most sources.
-- Gives: 'unknown'; 'refused'; 'elsewhere' and the decision's own request; or 'revised', decision, reward and weight before, and after.
-- Fields: "decision", or "of" = another request; "o:SOURCE" = "KIND REWARD WEIGHT";
-- "a:SOURCE" = "ATTEMPT BEFORE BEFORE AFTER AFTER", the last answer given.
local of = redis.call('HGET', KEYS[1], 'of')
if of then
  return {'elsewhere', of}
end
local decision = redis.call('HGET', KEYS[1], 'decision')
if not decision then
  return {'unknown'}
end
if #decision > 65536 or redis.call('HLEN', KEYS[1]) > 3 * ARGV[6] then
  -- Nothing of ours: shows as a decision that is none.
  return {'revised', '', '0', '0', '0', '0'}
end
local source = 'o:' .. ARGV[1]
local told = redis.call('HGET', KEYS[1], 'a:' .. ARGV[1])
if told then
  local attempt, a, b, c, d = string.match(told, '^(%S+) (%S+) (%S+) (%S+) (%S+)$')
  if attempt == ARGV[5] then
    return {'revised', decision, a, b, c, d}
  end
end

local sources = 0
local says = {}
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  if string.sub(all[i], 1, 2) == 'o:' then
    local kind, r, w = string.match(all[i + 1], '^(%a+) (%S+) (%S+)$')
    if tonumber(r) and tonumber(w) then
      says[all[i]] = {kind, tonumber(r), tonumber(w)}
      sources = sources + 1
    end
  end
end

-- Labels if there are any, else signs: their weighted mean, weighing what they weigh together, at most one.
local function verdict()
  for _, kind in ipairs({'label', 'sign'}) do
    local weight, reward = 0, 0
    for _, s in pairs(says) do
      if s[1] == kind then
        weight = weight + s[3]
        reward = reward + s[3] * s[2]
      end
    end
    if weight > 0 then
      return string.format('%.17g', math.min(1, reward / weight)), string.format('%.17g', math.min(1, weight))
    end
  end
  return '0', '0'
end

if not says[source] and sources >= tonumber(ARGV[6]) then
  return {'refused'}
end
local r1, w1 = verdict()
says[source] = {ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])}
local r2, w2 = verdict()
redis.call('HSET', KEYS[1], source, ARGV[2] .. ' ' .. ARGV[3] .. ' ' .. ARGV[4])
redis.call('HSET', KEYS[1], 'a:' .. ARGV[1], ARGV[5] .. ' ' .. r1 .. ' ' .. w1 .. ' ' .. r2 .. ' ' .. w2)
return {'revised', decision, r1, w1, r2, w2}
