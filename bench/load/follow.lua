-- Asks for requests by the keys in KEYS, at random, at most MOST different ones.
local head = "GET /api/follow/"
local tail = " HTTP/1.1\r\nHost: " .. wrk.host .. ":" .. wrk.port .. "\r\n\r\n"
local most = tonumber(os.getenv("MOST"))
local requests = {}
for key in io.lines(os.getenv("KEYS")) do
  if #requests >= most then break end
  requests[#requests + 1] = head .. key .. tail
end

function request()
  return requests[math.random(#requests)]
end
