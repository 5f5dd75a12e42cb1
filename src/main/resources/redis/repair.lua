-- Deletes keys that hold another type than they should; gives their number. KEYS: any. ARGV: the type of each.
local deleted = 0
for i, key in ipairs(KEYS) do
  local type = redis.call('TYPE', key).ok
  if type ~= 'none' and type ~= ARGV[i] then
    redis.call('DEL', key)
    deleted = deleted + 1
  end
end
return tostring(deleted)
