-- Asks for PAGE as a browser does, with COOKIE if there is one.
local cookie = os.getenv("COOKIE")
local page = "GET " .. os.getenv("PAGE") .. " HTTP/1.1\r\nHost: " .. wrk.host .. ":" .. wrk.port ..
  "\r\nAccept: text/html\r\nAccept-Encoding: gzip, deflate, br, zstd" ..
  (cookie ~= "" and "\r\nCookie: " .. cookie or "") .. "\r\n\r\n"

function request()
  return page
end
