-- SPDX-License-Identifier: Apache-2.0
-- Leases a node its part of each of several resources: no more than the others leave, and nothing of what it still holds to anybody else.
-- A node may hold what it says it has until it has said that it has less.
--
-- KEYS  one hash for each resource: by node "held|demand|weight|seen|word", and under "" the instant before which no part grows
-- ARGV  1 node, 2 a word of this life of the node, 3 1 if it claims for the first time in this life, 4 ms after which a silent node counts no more,
--       5 ms in which nothing grows after data were lost, then for each resource: capacity, what the node has, wants, could use, its weight
-- Reply 1 if another life has claimed under the name since, and then nothing is done, 0 otherwise; for each resource
--       {part, node, demand, weight, node, demand, weight, ...}
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local node, word, life, settle = ARGV[1], ARGV[2], tonumber(ARGV[4]), tonumber(ARGV[5])

local function text(number)
  return string.format('%.0f', number)
end

if ARGV[3] == '0' then
  for resource = 1, #KEYS do
    local own = redis.call('HGET', KEYS[resource], node)
    if own and string.match(own, '[^|]*$') ~= word then
      return {1, {}}
    end
  end
end

local reply = {}
for resource = 1, #KEYS do
  local key = KEYS[resource]
  local first = 5 * resource + 1
  local capacity, has, wants = tonumber(ARGV[first]), tonumber(ARGV[first + 1]), tonumber(ARGV[first + 2])
  local entries = redis.call('HGETALL', key)
  local line = {0}
  local others, grows = 0, 0
  if #entries == 0 and has > 0 then
    -- The node had its part before: data were lost, and others are still to come back.
    grows = now + settle
    redis.call('HSET', key, '', text(grows))
  end
  for i = 1, #entries, 2 do
    local name, value = entries[i], entries[i + 1]
    local held, demand, weight, seen = string.match(value, '^(%d+)|(%d+)|(%d+)|(%d+)|')
    if name == '' then
      grows = tonumber(value) or 0
    elseif not held or tonumber(seen) + life < now then
      redis.call('HDEL', key, name)
    elseif name ~= node then
      others = others + tonumber(held)
      line[#line + 1] = name
      line[#line + 1] = tonumber(demand)
      line[#line + 1] = tonumber(weight)
    end
  end
  local part = wants
  if wants > has then
    local room = now < grows and 0 or capacity - others - has
    part = has + math.max(0, math.min(wants - has, room))
  end
  part = math.max(1, part)
  line[1] = part
  redis.call('HSET', key, node, text(math.max(has, part)) .. '|' .. ARGV[first + 3] .. '|' .. ARGV[first + 4] .. '|' .. text(now) .. '|' .. word)
  redis.call('PEXPIRE', key, text(2 * life))
  reply[resource] = line
end
return {0, reply}
