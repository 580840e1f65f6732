-- SPDX-License-Identifier: Apache-2.0
-- Puts back what a node knows was used of a quota before Redis lost its data. Of several nodes the one that knows most counts: s is what was put
-- back so far, and only what goes beyond it is added.
--
-- KEYS  1 tally
-- ARGV  1 use, 2 used part of the reserves below, 3 own reserve, 4 when the tally may be forgotten, in ms since 1970
local function number(field)
  return tonumber(redis.call('HGET', KEYS[1], field) or '0')
end

local more = tonumber(ARGV[1]) - number('s')
if more > 0 then
  local use = number('u') + more
  redis.call('HSET', KEYS[1], 'u', string.format('%.0f', use), 's', ARGV[1],
    'c', string.format('%.0f', math.max(0, math.min(use, tonumber(ARGV[3])))),
    'w', string.format('%.0f', math.max(number('w'), tonumber(ARGV[2]))))
  redis.call('PEXPIREAT', KEYS[1], ARGV[4])
end
return 1
