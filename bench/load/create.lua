-- Sends the form in form.json, each time under a new Idempotency-Key. With KEYS it notes the keys that the
-- requests can be followed with.
local random = io.open("/dev/urandom", "rb")
local seed = 0
for byte in random:read(6):gmatch(".") do seed = seed * 256 + byte:byte() end
random:close()
math.randomseed(seed)

local form = io.open("form.json"):read("*a")
local head = "POST /api/requests HTTP/1.1\r\nHost: " .. wrk.host .. ":" .. wrk.port ..
  "\r\nContent-Type: application/json\r\nSec-Fetch-Site: same-origin\r\nContent-Length: " .. #form ..
  "\r\nIdempotency-Key: "
local tail = "\r\n\r\n" .. form

function request()
  local r = math.random
  local key = string.format("%04x%04x-%04x-4%03x-%04x-%04x%04x%04x", r(0, 65535), r(0, 65535), r(0, 65535),
    r(0, 4095), r(32768, 49151), r(0, 65535), r(0, 65535), r(0, 65535))
  return head .. key .. tail
end

if os.getenv("KEYS") then
  local keys = io.open(os.getenv("KEYS"), "w")
  function response(status, _, body)
    local key = status == 201 and body:match('"key":"(%w+)"')
    if key then
      keys:write(key, "\n")
      keys:flush()
    end
  end
end
