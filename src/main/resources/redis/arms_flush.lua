-- Adds deltas to a population's sums, once per sequence of a replica. KEYS: arms, replicas.
-- ARGV: replica, sequence, tau, most cells, time to live in ms, then per delta: arm, epoch, landmark, jump, cell, weight, reward, squares.
-- Gives: effect, now, refused, discarded, number of arms, per arm: name, epoch, landmark, jump; per cell: arm, name, sums.
-- Fields of arms: "s:ARM" = "EPOCH LANDMARK JUMP RESET-EPOCH", "c:ARM CELL" = "WEIGHT REWARD SQUARES".
-- Numbers are text: Redis would cut them to whole ones, Lua's own form has 14 digits of the 17.
local MAX_EXPONENT = 30
local arms, replicas = KEYS[1], KEYS[2]
local tau, most = tonumber(ARGV[3]), tonumber(ARGV[4])
local last = redis.call('HGET', replicas, ARGV[1])
local size = redis.call('HLEN', arms)
local t = redis.call('TIME')
local now = t[1] + t[2] / 1000000
local refused, discarded = 0, 0

local function text(x)
  return string.format('%.17g', x)
end

local function number(s)
  local x = tonumber(s)
  if x and x == x and x < 1e300 and x > -1e300 then
    return x
  end
end

local function scale(arm)
  local stored = redis.call('HGET', arms, 's:' .. arm)
  if not stored then
    return nil
  end
  local e, l, j, r = string.match(stored, '^(%S+) (%S+) (%S+) (%S+)$')
  local found = {epoch = number(e), landmark = number(l), jump = number(j), reset = number(r)}
  if found.epoch and found.landmark and found.jump and found.reset then
    return found
  end
  discarded = discarded + 1
  return nil
end

local function keep(arm, s)
  redis.call('HSET', arms, 's:' .. arm, text(s.epoch) .. ' ' .. text(s.landmark) .. ' ' .. text(s.jump) .. ' ' .. text(s.reset))
end

local function sums(field)
  local stored = redis.call('HGET', arms, field)
  if not stored then
    return nil
  end
  local w, r, q = string.match(stored, '^(%S+) (%S+) (%S+)$')
  w, r, q = number(w), number(r), number(q)
  if w and r and q then
    return {w, r, q}
  end
  discarded = discarded + 1
  return {0, 0, 0}
end

local function put(field, s)
  redis.call('HSET', arms, field, text(s[1]) .. ' ' .. text(s[2]) .. ' ' .. text(s[3]))
end

-- Divides all cells of an arm, so that what it weighs now is about one again.
local function relandmark(arm, s)
  local landmark = now + s.jump
  local factor = math.exp((s.landmark - landmark) / tau)
  local all = redis.call('HKEYS', arms)
  local prefix = 'c:' .. arm .. ' '
  for _, field in ipairs(all) do
    if string.sub(field, 1, #prefix) == prefix then
      local x = sums(field)
      put(field, {x[1] * factor, x[2] * factor, x[3] * factor})
    end
  end
  s.landmark = landmark
  s.epoch = s.epoch + 1
  keep(arm, s)
end

local known = {}
local order = {}
local effect = 'applied'
local before = last and tonumber(string.match(last, '^(%d+) ')) or 0
if before >= tonumber(ARGV[2]) then
  effect = 'duplicate'
end

for i = 6, #ARGV, 8 do
  local arm = ARGV[i]
  if not known[arm] then
    local s = scale(arm)
    if not s and effect == 'applied' then
      local e, l, j = number(ARGV[i + 1]), number(ARGV[i + 2]), number(ARGV[i + 3])
      if e and l and j then
        s = {epoch = e, landmark = l, jump = j, reset = 0}
        keep(arm, s)
      end
    end
    if s and effect == 'applied' and (now + s.jump - s.landmark) / tau > MAX_EXPONENT then
      relandmark(arm, s)
    end
    if s then
      known[arm] = s
      order[#order + 1] = arm
    end
  end
  local s = known[arm]
  if effect == 'applied' then
    local epoch, landmark = number(ARGV[i + 1]), number(ARGV[i + 2])
    local w, r, q = number(ARGV[i + 5]), number(ARGV[i + 6]), number(ARGV[i + 7])
    local factor = s and landmark and math.exp((landmark - s.landmark) / tau)
    local field = 'c:' .. arm .. ' ' .. ARGV[i + 4]
    local fine = s and epoch and factor and epoch >= s.reset and w and r and q
        and number(w * factor) and number(r * factor) and number(q * factor)
    if fine then
      local x = sums(field)
      if not x then
        size = size + 1
        x = {0, 0, 0}
        fine = size <= most
      end
      if fine then
        put(field, {x[1] + w * factor, x[2] + r * factor, x[3] + q * factor})
      end
    end
    if not fine then
      refused = refused + 1
    end
  end
end

if effect == 'applied' then
  local ms = string.format('%.0f', now * 1000)
  if redis.call('HLEN', replicas) > 256 then
    -- Processes that are long gone.
    local all = redis.call('HGETALL', replicas)
    for i = 1, #all, 2 do
      local seen = tonumber(string.match(all[i + 1], ' (%d+)$'))
      if not seen or seen < now * 1000 - 86400000 then
        redis.call('HDEL', replicas, all[i])
      end
    end
  end
  redis.call('HSET', replicas, ARGV[1], ARGV[2] .. ' ' .. ms)
  redis.call('PEXPIRE', arms, ARGV[5])
  redis.call('PEXPIRE', replicas, ARGV[5])
end

local reply = {effect, text(now), tostring(refused), tostring(discarded), tostring(#order)}
for _, arm in ipairs(order) do
  local s = known[arm]
  for _, x in ipairs({arm, text(s.epoch), text(s.landmark), text(s.jump)}) do
    reply[#reply + 1] = x
  end
end
for i = 6, #ARGV, 8 do
  local stored = known[ARGV[i]] and redis.call('HGET', arms, 'c:' .. ARGV[i] .. ' ' .. ARGV[i + 4])
  if stored then
    for _, x in ipairs({ARGV[i], ARGV[i + 4], stored}) do
      reply[#reply + 1] = x
    end
  end
end
return reply
