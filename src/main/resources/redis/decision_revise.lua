-- Notes what one source says of a decision. KEYS: decision. ARGV: source, reward, weight, attempt, most sources.
-- Gives: 'unknown'; 'refused'; or 'revised', decision, reward and weight before, reward and weight after.
-- Fields: "decision"; "o:SOURCE" = "REWARD WEIGHT ORDER"; "a:SOURCE" = "ATTEMPT BEFORE BEFORE AFTER AFTER", the last answer given.
local decision = redis.call('HGET', KEYS[1], 'decision')
if not decision then
  return {'unknown'}
end
if #decision > 65536 or redis.call('HLEN', KEYS[1]) > 3 * ARGV[5] then
  -- Nothing of ours: shows as a decision that is none.
  return {'revised', '', '0', '0', '0', '0'}
end
local source = 'o:' .. ARGV[1]
local told = redis.call('HGET', KEYS[1], 'a:' .. ARGV[1])
if told then
  local attempt, a, b, c, d = string.match(told, '^(%S+) (%S+) (%S+) (%S+) (%S+)$')
  if attempt == ARGV[4] then
    return {'revised', decision, a, b, c, d}
  end
end

local sources, newest = 0, 0
local all = redis.call('HGETALL', KEYS[1])
local says = {}
for i = 1, #all, 2 do
  if string.sub(all[i], 1, 2) == 'o:' then
    local r, w, o = string.match(all[i + 1], '^(%S+) (%S+) (%d+)$')
    if tonumber(r) and tonumber(w) then
      says[all[i]] = {r, w, tonumber(o)}
      sources = sources + 1
      newest = math.max(newest, tonumber(o))
    end
  end
end

-- The weightiest counts, of equals the last.
local function verdict()
  local best = {'0', '0', 0}
  for _, s in pairs(says) do
    local a, b = tonumber(s[2]), tonumber(best[2])
    if a > b or (a == b and a > 0 and s[3] > best[3]) then
      best = s
    end
  end
  return best
end

local before = verdict()
local own = says[source]
if not own and sources >= tonumber(ARGV[5]) then
  return {'refused'}
end
if not own or tonumber(own[1]) ~= tonumber(ARGV[2]) or tonumber(own[2]) ~= tonumber(ARGV[3]) then
  says[source] = {ARGV[2], ARGV[3], newest + 1}
  redis.call('HSET', KEYS[1], source, ARGV[2] .. ' ' .. ARGV[3] .. ' ' .. string.format('%.0f', newest + 1))
end
local after = verdict()
redis.call('HSET', KEYS[1], 'a:' .. ARGV[1],
  ARGV[4] .. ' ' .. before[1] .. ' ' .. before[2] .. ' ' .. after[1] .. ' ' .. after[2])
return {'revised', decision, before[1], before[2], after[1], after[2]}
