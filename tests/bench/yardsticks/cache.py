"""The yardstick in Python: one GET over a connection pool. Prints one line; a value that is JSON is printed as JSON."""

import json
import os
import sys

import redis

pool = redis.ConnectionPool.from_url(os.environ["REDIS_URL"], max_connections=10, decode_responses=True)
client = redis.Redis(connection_pool=pool)
parameters = json.loads(sys.argv[2])
value = client.get("mcp:cache:" + parameters["key"])
if value is None:
    answer = {"success": True, "value": None, "found": False}
else:
    try:
        answer = {"success": True, "value": json.loads(value), "found": True}
    except json.JSONDecodeError:
        answer = {"success": True, "value": value, "found": True}
print(json.dumps(answer))
