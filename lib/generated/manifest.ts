// Written by `npm run generate` from gantz.yaml and tools/lua; changes here are lost.

import type { Manifest, Tool } from '../contract/manifest.ts';

/** gantz.yaml, loaded, without its tools: the manifest `builtin:redis`. */
export const BUNDLED_MANIFEST: Omit<Manifest, 'tools'> = {
  "name": "redis-tools",
  "description": "Fast shared state for AI agents on Redis. Cache, lists, hashes, sets, sorted sets, sessions, locks, queues, streams, pub/sub and rate limits.",
  "version": "0.1.0",
  "file": "builtin:redis",
  "directory": "",
  "env": {
    "REDIS_URL": "${REDIS_URL:-embedded:}"
  },
  "toolsets": {
    "core": [
      "cache_get",
      "cache_set",
      "cache_delete",
      "cache_keys",
      "cache_increment",
      "list_push",
      "list_pop",
      "list_range",
      "hash_set",
      "hash_get",
      "session_create",
      "session_get",
      "session_update",
      "session_patch",
      "state_list"
    ],
    "state": [
      "cache_*",
      "list_*",
      "hash_*",
      "set_*",
      "sorted_set_*",
      "session_*",
      "state_list"
    ],
    "coordination": [
      "lock_*",
      "cache_lease",
      "cache_fulfill",
      "cache_release",
      "rate_limit_*"
    ],
    "messaging": [
      "queue_*",
      "stream_*",
      "pubsub_*"
    ]
  },
  "warnings": [],
  "sources": []
};

/** The tools of that manifest by name, each in a function, so that a call makes only its own. */
export const BUNDLED_TOOLS: Readonly<Record<string, () => Tool>> = {
    cache_get: () => ({
      "name": "cache_get",
      "title": "Get a cached value",
      "description": "Read the value stored under a key",
      "inputSchema": {
        "type": "object",
        "properties": {
          "key": {
            "type": "string",
            "minLength": 1,
            "description": "the key to read"
          }
        },
        "required": [
          "key"
        ],
        "additionalProperties": false
      },
      "outputSchema": {
        "type": "object",
        "properties": {
          "value": {
            "description": "the stored value; null when the key does not exist"
          },
          "found": {
            "type": "boolean",
            "description": "true when the key exists, also when its value is null"
          }
        },
        "required": [
          "value",
          "found"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "readOnlyHint": true,
        "openWorldHint": false
      },
      "action": {
        "kind": "bundled",
        "group": "cache",
        "operation": "get"
      },
      "environment": {},
      "directory": "",
      "tests": [
        {
          "name": "an absent key",
          "input": {
            "key": "nothing"
          },
          "expect": {
            "equals": {
              "value": null,
              "found": false
            }
          }
        },
        {
          "name": "a stored null is found",
          "steps": [
            {
              "tool": "cache_set",
              "input": {
                "key": "null",
                "value": null
              }
            }
          ],
          "input": {
            "key": "null"
          },
          "expect": {
            "equals": {
              "value": null,
              "found": true
            }
          }
        }
      ]
    }),
    cache_get_many: () => ({
      "name": "cache_get_many",
      "title": "Get several cached values",
      "description": "Read the values stored under several keys",
      "inputSchema": {
        "type": "object",
        "properties": {
          "keys": {
            "type": "array",
            "items": {
              "type": "string",
              "minLength": 1
            },
            "minItems": 1,
            "maxItems": 1000,
            "description": "the keys to read"
          }
        },
        "required": [
          "keys"
        ],
        "additionalProperties": false
      },
      "outputSchema": {
        "type": "object",
        "properties": {
          "values": {
            "type": "object",
            "description": "the keys that exist, with their values"
          },
          "missing": {
            "type": "array",
            "items": {
              "type": "string"
            },
            "description": "the keys that do not exist"
          }
        },
        "required": [
          "values",
          "missing"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "readOnlyHint": true,
        "openWorldHint": false
      },
      "action": {
        "kind": "bundled",
        "group": "cache",
        "operation": "get_many"
      },
      "environment": {},
      "directory": "",
      "tests": [
        {
          "name": "distinguishes a stored null from a missing key",
          "steps": [
            {
              "tool": "cache_set",
              "input": {
                "key": "one",
                "value": 1
              }
            },
            {
              "tool": "cache_set",
              "input": {
                "key": "none",
                "value": null
              }
            }
          ],
          "input": {
            "keys": [
              "one",
              "none",
              "nothing"
            ]
          },
          "expect": {
            "equals": {
              "values": {
                "one": 1,
                "none": null
              },
              "missing": [
                "nothing"
              ]
            }
          }
        }
      ]
    }),
    cache_set: () => ({
      "name": "cache_set",
      "title": "Set a cached value",
      "description": "Store a JSON value under a key, with a time to live",
      "inputSchema": {
        "type": "object",
        "properties": {
          "key": {
            "type": "string",
            "minLength": 1,
            "description": "the key to write"
          },
          "value": {
            "description": "any JSON value; as flags, --value 5 is the text \"5\", and --value:json 5 the number"
          },
          "ttl": {
            "type": [
              "integer",
              "null"
            ],
            "minimum": 1,
            "maximum": 315360000,
            "default": 3600,
            "description": "seconds to live; null keeps it for ever"
          },
          "only_if": {
            "type": "string",
            "enum": [
              "absent",
              "present"
            ],
            "description": "absent writes only a new key; present writes only an existing key"
          },
          "expected": {
            "description": "any JSON value: write only when the key holds it now, with members of objects in the same order; null expects a stored null"
          }
        },
        "required": [
          "key",
          "value"
        ],
        "additionalProperties": false
      },
      "outputSchema": {
        "type": "object",
        "properties": {
          "key": {
            "type": "string"
          },
          "ttl": {
            "type": [
              "integer",
              "null"
            ],
            "description": "seconds; null means for ever"
          },
          "stored": {
            "type": "boolean",
            "description": "false when only_if or expected kept it from being written"
          }
        },
        "required": [
          "key",
          "ttl",
          "stored"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "destructiveHint": true,
        "idempotentHint": true,
        "openWorldHint": false
      },
      "action": {
        "kind": "bundled",
        "group": "cache",
        "operation": "set"
      },
      "environment": {},
      "directory": "",
      "tests": [
        {
          "name": "stores",
          "input": {
            "key": "greeting",
            "value": "hello",
            "ttl": 60
          },
          "expect": {
            "equals": {
              "key": "greeting",
              "ttl": 60,
              "stored": true
            }
          }
        },
        {
          "name": "compares and sets",
          "steps": [
            {
              "input": {
                "key": "state",
                "value": "open"
              }
            },
            {
              "input": {
                "key": "state",
                "value": "closed",
                "expected": "open"
              },
              "expect": {
                "contains": {
                  "stored": true
                }
              }
            }
          ],
          "input": {
            "key": "state",
            "value": "closed",
            "expected": "open"
          },
          "expect": {
            "contains": {
              "stored": false
            }
          }
        },
        {
          "name": "refuses a ttl of 0",
          "input": {
            "key": "greeting",
            "value": "hello",
            "ttl": 0
          },
          "expect": {
            "error": "INVALID_PARAMETERS",
            "exit_code": 2
          }
        }
      ]
    }),
    cache_set_many: () => ({
      "name": "cache_set_many",
      "title": "Set several cached values",
      "description": "Store several JSON values with one time to live, all or none; on a cluster, each on its own",
      "inputSchema": {
        "type": "object",
        "properties": {
          "entries": {
            "type": "object",
            "propertyNames": {
              "minLength": 1
            },
            "minProperties": 1,
            "maxProperties": 1000,
            "description": "an object of keys and their JSON values, at most 1000"
          },
          "ttl": {
            "type": [
              "integer",
              "null"
            ],
            "minimum": 1,
            "maximum": 315360000,
            "default": 3600,
            "description": "seconds to live; null keeps them for ever"
          }
        },
        "required": [
          "entries"
        ],
        "additionalProperties": false
      },
      "outputSchema": {
        "type": "object",
        "properties": {
          "stored": {
            "type": "integer",
            "minimum": 1,
            "description": "how many values were stored"
          }
        },
        "required": [
          "stored"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "destructiveHint": true,
        "idempotentHint": true,
        "openWorldHint": false
      },
      "action": {
        "kind": "bundled",
        "group": "cache",
        "operation": "set_many"
      },
      "environment": {},
      "directory": "",
      "tests": [
        {
          "name": "stores each value",
          "steps": [
            {
              "tool": "cache_set",
              "input": {
                "key": "first",
                "value": 0
              }
            }
          ],
          "input": {
            "entries": {
              "first": 1,
              "second": null
            }
          },
          "expect": {
            "equals": {
              "stored": 2
            }
          }
        }
      ]
    }),
    cache_delete: () => ({
      "name": "cache_delete",
      "title": "Delete a cached value",
      "description": "Delete a key",
      "inputSchema": {
        "type": "object",
        "properties": {
          "key": {
            "type": "string",
            "minLength": 1,
            "description": "the key to delete"
          }
        },
        "required": [
          "key"
        ],
        "additionalProperties": false
      },
      "outputSchema": {
        "type": "object",
        "properties": {
          "deleted": {
            "type": "boolean",
            "description": "true when the key existed"
          }
        },
        "required": [
          "deleted"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "destructiveHint": true,
        "idempotentHint": true,
        "openWorldHint": false
      },
      "action": {
        "kind": "bundled",
        "group": "cache",
        "operation": "delete"
      },
      "environment": {},
      "directory": "",
      "tests": [
        {
          "name": "deletes a key once",
          "steps": [
            {
              "tool": "cache_set",
              "input": {
                "key": "gone",
                "value": 1
              }
            },
            {
              "input": {
                "key": "gone"
              },
              "expect": {
                "equals": {
                  "deleted": true
                }
              }
            }
          ],
          "input": {
            "key": "gone"
          },
          "expect": {
            "equals": {
              "deleted": false
            }
          }
        }
      ]
    }),
    cache_exists: () => ({
      "name": "cache_exists",
      "title": "Check for a cached value",
      "description": "Check whether a key exists",
      "inputSchema": {
        "type": "object",
        "properties": {
          "key": {
            "type": "string",
            "minLength": 1,
            "description": "the key to check"
          }
        },
        "required": [
          "key"
        ],
        "additionalProperties": false
      },
      "outputSchema": {
        "type": "object",
        "properties": {
          "exists": {
            "type": "boolean"
          }
        },
        "required": [
          "exists"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "readOnlyHint": true,
        "openWorldHint": false
      },
      "action": {
        "kind": "bundled",
        "group": "cache",
        "operation": "exists"
      },
      "environment": {},
      "directory": "",
      "tests": [
        {
          "name": "finds a key",
          "steps": [
            {
              "tool": "cache_set",
              "input": {
                "key": "there",
                "value": 1
              }
            }
          ],
          "input": {
            "key": "there"
          },
          "expect": {
            "equals": {
              "exists": true
            }
          }
        }
      ]
    }),
    cache_ttl: () => ({
      "name": "cache_ttl",
      "title": "Get the time to live of a cached value",
      "description": "Read the remaining time to live of a key",
      "inputSchema": {
        "type": "object",
        "properties": {
          "key": {
            "type": "string",
            "minLength": 1,
            "description": "the key to check"
          }
        },
        "required": [
          "key"
        ],
        "additionalProperties": false
      },
      "outputSchema": {
        "type": "object",
        "properties": {
          "exists": {
            "type": "boolean"
          },
          "ttl": {
            "type": [
              "integer",
              "null"
            ],
            "description": "seconds left, rounded up; null when the key is persistent or absent"
          },
          "ttl_ms": {
            "type": [
              "integer",
              "null"
            ],
            "description": "milliseconds left; null when the key is persistent or absent"
          },
          "persistent": {
            "type": "boolean",
            "description": "true when the key has no expiry"
          }
        },
        "required": [
          "exists",
          "ttl",
          "ttl_ms",
          "persistent"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "readOnlyHint": true,
        "openWorldHint": false
      },
      "action": {
        "kind": "bundled",
        "group": "cache",
        "operation": "ttl"
      },
      "environment": {},
      "directory": "",
      "tests": [
        {
          "name": "a key without expiry",
          "steps": [
            {
              "tool": "cache_set",
              "input": {
                "key": "stone",
                "value": 1,
                "ttl": null
              }
            }
          ],
          "input": {
            "key": "stone"
          },
          "expect": {
            "equals": {
              "exists": true,
              "ttl": null,
              "ttl_ms": null,
              "persistent": true
            }
          }
        }
      ]
    }),
    cache_touch: () => ({
      "name": "cache_touch",
      "title": "Extend a cached value",
      "description": "Set the time to live of a key, longer or shorter",
      "inputSchema": {
        "type": "object",
        "properties": {
          "key": {
            "type": "string",
            "minLength": 1,
            "description": "the key to change"
          },
          "ttl": {
            "type": [
              "integer",
              "null"
            ],
            "minimum": 1,
            "maximum": 315360000,
            "description": "seconds to live from now; null keeps it for ever"
          }
        },
        "required": [
          "key",
          "ttl"
        ],
        "additionalProperties": false
      },
      "outputSchema": {
        "type": "object",
        "properties": {
          "exists": {
            "type": "boolean",
            "description": "false when there is no such key"
          }
        },
        "required": [
          "exists"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "destructiveHint": false,
        "idempotentHint": true,
        "openWorldHint": false
      },
      "action": {
        "kind": "bundled",
        "group": "cache",
        "operation": "touch"
      },
      "environment": {},
      "directory": "",
      "tests": [
        {
          "name": "an absent key",
          "input": {
            "key": "nothing",
            "ttl": 60
          },
          "expect": {
            "equals": {
              "exists": false
            }
          }
        },
        {
          "name": "finds a key",
          "steps": [
            {
              "tool": "cache_set",
              "input": {
                "key": "touched",
                "value": 1
              }
            }
          ],
          "input": {
            "key": "touched",
            "ttl": null
          },
          "expect": {
            "equals": {
              "exists": true
            }
          }
        }
      ]
    }),
    cache_keys: () => ({
      "name": "cache_keys",
      "title": "List cached keys",
      "description": "List the keys that match a pattern, page by page",
      "inputSchema": {
        "type": "object",
        "properties": {
          "pattern": {
            "type": "string",
            "minLength": 1,
            "default": "*",
            "description": "a glob: * matches any text, ? one character, [ab] one of these characters; \\* matches a star"
          },
          "limit": {
            "type": "integer",
            "minimum": 1,
            "maximum": 100000,
            "default": 1000,
            "description": "stop after about this many keys; a page may hold a few more"
          },
          "cursor": {
            "type": "string",
            "minLength": 1,
            "maxLength": 100,
            "description": "the cursor of the previous page; absent for the first page"
          }
        },
        "required": [],
        "additionalProperties": false
      },
      "outputSchema": {
        "type": "object",
        "properties": {
          "keys": {
            "type": "array",
            "items": {
              "type": "string"
            }
          },
          "count": {
            "type": "integer",
            "minimum": 0
          },
          "cursor": {
            "type": [
              "string",
              "null"
            ],
            "description": "pass it to get the next page; null at the end"
          }
        },
        "required": [
          "keys",
          "count",
          "cursor"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "readOnlyHint": true,
        "openWorldHint": false
      },
      "action": {
        "kind": "bundled",
        "group": "cache",
        "operation": "keys"
      },
      "environment": {},
      "directory": "",
      "tests": [
        {
          "name": "lists by pattern",
          "steps": [
            {
              "tool": "cache_set",
              "input": {
                "key": "page:1",
                "value": 1
              }
            }
          ],
          "input": {
            "pattern": "page:*"
          },
          "expect": {
            "equals": {
              "keys": [
                "page:1"
              ],
              "count": 1,
              "cursor": null
            }
          }
        }
      ]
    }),
    cache_increment: () => ({
      "name": "cache_increment",
      "title": "Increment a counter",
      "description": "Add to an integer, atomically; an absent key counts as 0",
      "inputSchema": {
        "type": "object",
        "properties": {
          "key": {
            "type": "string",
            "minLength": 1,
            "description": "the key of the counter"
          },
          "by": {
            "type": "integer",
            "minimum": -9007199254740992,
            "maximum": 9007199254740992,
            "default": 1,
            "description": "the number to add; negative to subtract"
          },
          "ttl": {
            "type": [
              "integer",
              "null"
            ],
            "minimum": 1,
            "maximum": 315360000,
            "description": "seconds to live from now; null keeps it for ever; absent leaves the time to live unchanged"
          },
          "floor": {
            "type": "integer",
            "minimum": -9007199254740992,
            "maximum": 9007199254740992,
            "description": "a negative step that would end below it is not applied"
          },
          "ceiling": {
            "type": "integer",
            "minimum": -9007199254740992,
            "maximum": 9007199254740992,
            "description": "a positive step that would end above it is not applied"
          }
        },
        "required": [
          "key"
        ],
        "additionalProperties": false
      },
      "outputSchema": {
        "type": "object",
        "properties": {
          "value": {
            "type": "integer",
            "description": "the new value; when the step was not applied: the present one, 0 for an absent key"
          },
          "applied": {
            "type": "boolean",
            "description": "false when floor or ceiling kept the step from being applied; the time to live is then unchanged too"
          }
        },
        "required": [
          "value",
          "applied"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "destructiveHint": false,
        "openWorldHint": false
      },
      "action": {
        "kind": "bundled",
        "group": "cache",
        "operation": "increment"
      },
      "environment": {},
      "directory": "",
      "tests": [
        {
          "name": "counts from 0",
          "steps": [
            {
              "input": {
                "key": "hits"
              },
              "expect": {
                "equals": {
                  "value": 1,
                  "applied": true
                }
              }
            }
          ],
          "input": {
            "key": "hits",
            "by": 41
          },
          "expect": {
            "equals": {
              "value": 42,
              "applied": true
            }
          }
        },
        {
          "name": "stops at the ceiling",
          "steps": [
            {
              "tool": "cache_set",
              "input": {
                "key": "seats",
                "value": 9
              }
            }
          ],
          "input": {
            "key": "seats",
            "by": 2,
            "ceiling": 10
          },
          "expect": {
            "equals": {
              "value": 9,
              "applied": false
            }
          }
        }
      ]
    }),
    cache_lease: () => ({
      "name": "cache_lease",
      "title": "Get a cached value or the lease to compute it",
      "description": "Get a value, or a lease to compute it, which one caller gets at a time; for a slow value that many callers need",
      "inputSchema": {
        "type": "object",
        "properties": {
          "key": {
            "type": "string",
            "minLength": 1,
            "description": "the key to read"
          },
          "lease_seconds": {
            "type": "number",
            "minimum": 0.1,
            "maximum": 86400,
            "default": 30,
            "description": "seconds until the lease ends: more than it takes to compute the value"
          },
          "wait": {
            "type": "number",
            "minimum": 0,
            "maximum": 86400,
            "default": 0,
            "description": "the most seconds to wait while another caller computes the value"
          },
          "allow_stale": {
            "type": "boolean",
            "default": false,
            "description": "true returns a stale value, when there is one, while another caller computes the new one"
          }
        },
        "required": [
          "key"
        ],
        "additionalProperties": false
      },
      "outputSchema": {
        "type": "object",
        "properties": {
          "value": {
            "description": "the value; null when found is false"
          },
          "found": {
            "type": "boolean",
            "description": "true when there is a value, also when it is null"
          },
          "stale": {
            "type": "boolean",
            "description": "true when the value is a stale one"
          },
          "token": {
            "type": [
              "string",
              "null"
            ],
            "description": "the lease, when this caller got it: compute the value and call cache_fulfill, or cache_release when that fails; else null"
          },
          "expires_in_ms": {
            "type": [
              "integer",
              "null"
            ],
            "minimum": 0,
            "description": "milliseconds until the lease ends, of this caller or of another one; null with a value that is not stale"
          }
        },
        "required": [
          "value",
          "found",
          "stale",
          "token",
          "expires_in_ms"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "destructiveHint": false,
        "openWorldHint": false
      },
      "action": {
        "kind": "bundled",
        "group": "cache",
        "operation": "lease"
      },
      "environment": {},
      "directory": "",
      "tests": [
        {
          "name": "gives one caller the lease",
          "steps": [
            {
              "input": {
                "key": "leased",
                "lease_seconds": 60
              },
              "expect": {
                "contains": {
                  "found": false,
                  "stale": false
                }
              }
            }
          ],
          "input": {
            "key": "leased"
          },
          "expect": {
            "contains": {
              "found": false,
              "token": null
            }
          }
        },
        {
          "name": "returns a value",
          "steps": [
            {
              "tool": "cache_set",
              "input": {
                "key": "known",
                "value": 1
              }
            }
          ],
          "input": {
            "key": "known"
          },
          "expect": {
            "equals": {
              "value": 1,
              "found": true,
              "stale": false,
              "token": null,
              "expires_in_ms": null
            }
          }
        }
      ]
    }),
    cache_fulfill: () => ({
      "name": "cache_fulfill",
      "title": "Store a value under a lease",
      "description": "Store the value computed under a lease of cache_lease; stores nothing when the lease has ended or the key was changed meanwhile",
      "inputSchema": {
        "type": "object",
        "properties": {
          "key": {
            "type": "string",
            "minLength": 1,
            "description": "the key of the lease"
          },
          "token": {
            "type": "string",
            "minLength": 1,
            "maxLength": 100,
            "description": "the token from cache_lease"
          },
          "value": {
            "description": "any JSON value; as flags, --value 5 is the text \"5\", and --value:json 5 the number"
          },
          "ttl": {
            "type": [
              "integer",
              "null"
            ],
            "minimum": 1,
            "maximum": 315360000,
            "default": 3600,
            "description": "seconds to live; null keeps it for ever"
          },
          "stale_for": {
            "type": "integer",
            "minimum": 0,
            "maximum": 315360000,
            "default": 0,
            "description": "seconds after the ttl in which cache_lease may return the value as stale, from a copy"
          }
        },
        "required": [
          "key",
          "token",
          "value"
        ],
        "additionalProperties": false
      },
      "outputSchema": {
        "type": "object",
        "properties": {
          "stored": {
            "type": "boolean",
            "description": "false when the token holds no lease any more"
          }
        },
        "required": [
          "stored"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "destructiveHint": false,
        "idempotentHint": true,
        "openWorldHint": false
      },
      "action": {
        "kind": "bundled",
        "group": "cache",
        "operation": "fulfill"
      },
      "environment": {},
      "directory": "",
      "tests": [
        {
          "name": "an unknown token stores nothing",
          "input": {
            "key": "nothing",
            "token": "none",
            "value": 1
          },
          "expect": {
            "equals": {
              "stored": false
            }
          }
        }
      ]
    }),
    cache_release: () => ({
      "name": "cache_release",
      "title": "Give back a lease",
      "description": "Give up a lease of cache_lease without a value, so that another caller gets it",
      "inputSchema": {
        "type": "object",
        "properties": {
          "key": {
            "type": "string",
            "minLength": 1,
            "description": "the key of the lease"
          },
          "token": {
            "type": "string",
            "minLength": 1,
            "maxLength": 100,
            "description": "the token from cache_lease"
          }
        },
        "required": [
          "key",
          "token"
        ],
        "additionalProperties": false
      },
      "outputSchema": {
        "type": "object",
        "properties": {
          "released": {
            "type": "boolean",
            "description": "false when the token holds no lease any more"
          }
        },
        "required": [
          "released"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "destructiveHint": false,
        "idempotentHint": true,
        "openWorldHint": false
      },
      "action": {
        "kind": "bundled",
        "group": "cache",
        "operation": "release"
      },
      "environment": {},
      "directory": "",
      "tests": [
        {
          "name": "an unknown token",
          "input": {
            "key": "nothing",
            "token": "none"
          },
          "expect": {
            "equals": {
              "released": false
            }
          }
        }
      ]
    }),
    list_push: () => ({
      "name": "list_push",
      "title": "Push onto a list",
      "description": "Push values onto a list, one after the other",
      "inputSchema": {
        "type": "object",
        "properties": {
          "key": {
            "type": "string",
            "minLength": 1,
            "description": "the list's key"
          },
          "values": {
            "type": "array",
            "items": {},
            "minItems": 1,
            "description": "JSON values to push"
          },
          "left": {
            "type": "boolean",
            "default": true,
            "description": "true pushes at the head, so that the last value becomes the first of the list; false pushes at the tail"
          },
          "ttl": {
            "type": [
              "integer",
              "null"
            ],
            "minimum": 1,
            "maximum": 315360000,
            "description": "seconds to live from now; null keeps it for ever; absent leaves the time to live unchanged"
          },
          "max_length": {
            "type": "integer",
            "minimum": 1,
            "maximum": 4294967295,
            "description": "keep this many values, the newest: those at the end where values are pushed; absent keeps all"
          }
        },
        "required": [
          "key",
          "values"
        ],
        "additionalProperties": false
      },
      "outputSchema": {
        "type": "object",
        "properties": {
          "length": {
            "type": "integer",
            "minimum": 1,
            "description": "the length of the list after the push and the trim to max_length"
          }
        },
        "required": [
          "length"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "destructiveHint": true,
        "openWorldHint": false
      },
      "action": {
        "kind": "bundled",
        "group": "list",
        "operation": "push"
      },
      "environment": {},
      "directory": "",
      "tests": [
        {
          "name": "returns the length",
          "input": {
            "key": "pushed",
            "values": [
              1,
              "two",
              null
            ]
          },
          "expect": {
            "equals": {
              "length": 3
            }
          }
        },
        {
          "name": "keeps the newest values",
          "input": {
            "key": "recent",
            "values": [
              1,
              2,
              3
            ],
            "max_length": 2
          },
          "expect": {
            "equals": {
              "length": 2
            }
          }
        }
      ]
    }),
    list_pop: () => ({
      "name": "list_pop",
      "title": "Pop from a list",
      "description": "Remove one value from a list and return it; for work that must not be lost when its worker dies, use queue_take",
      "inputSchema": {
        "type": "object",
        "properties": {
          "key": {
            "type": "string",
            "minLength": 1,
            "description": "the list's key"
          },
          "left": {
            "type": "boolean",
            "default": true,
            "description": "true takes the first value; false the last"
          },
          "wait": {
            "type": "number",
            "minimum": 0,
            "maximum": 86400,
            "default": 0,
            "description": "the most seconds to wait for a value"
          }
        },
        "required": [
          "key"
        ],
        "additionalProperties": false
      },
      "outputSchema": {
        "type": "object",
        "properties": {
          "value": {
            "description": "the value taken; null when the list is empty"
          },
          "found": {
            "type": "boolean",
            "description": "true when there was a value, also when it is null"
          }
        },
        "required": [
          "value",
          "found"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "destructiveHint": true,
        "openWorldHint": false
      },
      "action": {
        "kind": "bundled",
        "group": "list",
        "operation": "pop"
      },
      "environment": {},
      "directory": "",
      "tests": [
        {
          "name": "a popped null is found",
          "steps": [
            {
              "tool": "list_push",
              "input": {
                "key": "popped",
                "values": [
                  null
                ]
              }
            },
            {
              "input": {
                "key": "popped"
              },
              "expect": {
                "equals": {
                  "value": null,
                  "found": true
                }
              }
            }
          ],
          "input": {
            "key": "popped"
          },
          "expect": {
            "equals": {
              "value": null,
              "found": false
            }
          }
        }
      ]
    }),
    list_range: () => ({
      "name": "list_range",
      "title": "Read a range of a list",
      "description": "Read a range of a list, without removing values",
      "inputSchema": {
        "type": "object",
        "properties": {
          "key": {
            "type": "string",
            "minLength": 1,
            "description": "the list's key"
          },
          "start": {
            "type": "integer",
            "minimum": -9007199254740991,
            "maximum": 9007199254740991,
            "default": 0,
            "description": "the first index; negative counts from the end"
          },
          "end": {
            "type": "integer",
            "minimum": -9007199254740991,
            "maximum": 9007199254740991,
            "default": -1,
            "description": "the last index, included; negative counts from the end"
          }
        },
        "required": [
          "key"
        ],
        "additionalProperties": false
      },
      "outputSchema": {
        "type": "object",
        "properties": {
          "values": {
            "type": "array",
            "items": {}
          },
          "count": {
            "type": "integer",
            "minimum": 0
          }
        },
        "required": [
          "values",
          "count"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "readOnlyHint": true,
        "openWorldHint": false
      },
      "action": {
        "kind": "bundled",
        "group": "list",
        "operation": "range"
      },
      "environment": {},
      "directory": "",
      "tests": [
        {
          "name": "reads the last two values in order",
          "steps": [
            {
              "tool": "list_push",
              "input": {
                "key": "ranged",
                "values": [
                  1,
                  2,
                  3
                ],
                "left": false
              }
            }
          ],
          "input": {
            "key": "ranged",
            "start": -2
          },
          "expect": {
            "equals": {
              "values": [
                2,
                3
              ],
              "count": 2
            }
          }
        }
      ]
    }),
    list_length: () => ({
      "name": "list_length",
      "title": "Count the values of a list",
      "description": "Count the values of a list",
      "inputSchema": {
        "type": "object",
        "properties": {
          "key": {
            "type": "string",
            "minLength": 1,
            "description": "the list's key"
          }
        },
        "required": [
          "key"
        ],
        "additionalProperties": false
      },
      "outputSchema": {
        "type": "object",
        "properties": {
          "length": {
            "type": "integer",
            "minimum": 0,
            "description": "0 when there is no such list"
          }
        },
        "required": [
          "length"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "readOnlyHint": true,
        "openWorldHint": false
      },
      "action": {
        "kind": "bundled",
        "group": "list",
        "operation": "length"
      },
      "environment": {},
      "directory": "",
      "tests": [
        {
          "name": "counts",
          "steps": [
            {
              "tool": "list_push",
              "input": {
                "key": "counted",
                "values": [
                  1,
                  2
                ]
              }
            },
            {
              "input": {
                "key": "nothing"
              },
              "expect": {
                "equals": {
                  "length": 0
                }
              }
            }
          ],
          "input": {
            "key": "counted"
          },
          "expect": {
            "equals": {
              "length": 2
            }
          }
        }
      ]
    }),
    list_delete: () => ({
      "name": "list_delete",
      "title": "Delete a list",
      "description": "Delete a whole list",
      "inputSchema": {
        "type": "object",
        "properties": {
          "key": {
            "type": "string",
            "minLength": 1,
            "description": "the list's key"
          }
        },
        "required": [
          "key"
        ],
        "additionalProperties": false
      },
      "outputSchema": {
        "type": "object",
        "properties": {
          "deleted": {
            "type": "boolean",
            "description": "true when the list existed"
          }
        },
        "required": [
          "deleted"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "destructiveHint": true,
        "idempotentHint": true,
        "openWorldHint": false
      },
      "action": {
        "kind": "bundled",
        "group": "list",
        "operation": "delete"
      },
      "environment": {},
      "directory": "",
      "tests": [
        {
          "name": "an absent list",
          "input": {
            "key": "nothing"
          },
          "expect": {
            "equals": {
              "deleted": false
            }
          }
        }
      ]
    }),
    hash_set: () => ({
      "name": "hash_set",
      "title": "Set fields of a hash",
      "description": "Set fields of a hash; other fields stay unchanged",
      "inputSchema": {
        "type": "object",
        "properties": {
          "key": {
            "type": "string",
            "minLength": 1,
            "description": "the hash's key"
          },
          "mapping": {
            "type": "object",
            "minProperties": 1,
            "description": "an object of fields and their JSON values"
          },
          "ttl": {
            "type": [
              "integer",
              "null"
            ],
            "minimum": 1,
            "maximum": 315360000,
            "description": "seconds to live from now; null keeps it for ever; absent leaves the time to live unchanged"
          }
        },
        "required": [
          "key",
          "mapping"
        ],
        "additionalProperties": false
      },
      "outputSchema": {
        "type": "object",
        "properties": {
          "fields": {
            "type": "integer",
            "minimum": 1,
            "description": "the number of fields that were written"
          }
        },
        "required": [
          "fields"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "destructiveHint": true,
        "idempotentHint": true,
        "openWorldHint": false
      },
      "action": {
        "kind": "bundled",
        "group": "hash",
        "operation": "set"
      },
      "environment": {},
      "directory": "",
      "tests": [
        {
          "name": "counts the written fields",
          "input": {
            "key": "user",
            "mapping": {
              "name": "Ada",
              "age": 36
            }
          },
          "expect": {
            "equals": {
              "fields": 2
            }
          }
        }
      ]
    }),
    hash_get: () => ({
      "name": "hash_get",
      "title": "Get fields of a hash",
      "description": "Read one field of a hash, or the whole hash",
      "inputSchema": {
        "type": "object",
        "properties": {
          "key": {
            "type": "string",
            "minLength": 1,
            "description": "the hash's key"
          },
          "field": {
            "type": "string",
            "description": "the field to read, which may be the empty string; absent reads the whole hash"
          }
        },
        "required": [
          "key"
        ],
        "additionalProperties": false
      },
      "outputSchema": {
        "type": "object",
        "properties": {
          "value": {
            "description": "when a field is given: its value; null when the field is absent"
          },
          "data": {
            "type": "object",
            "description": "when no field is given: all fields with their values"
          },
          "found": {
            "type": "boolean",
            "description": "true when the field or the hash exists"
          }
        },
        "required": [
          "found"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "readOnlyHint": true,
        "openWorldHint": false
      },
      "action": {
        "kind": "bundled",
        "group": "hash",
        "operation": "get"
      },
      "environment": {},
      "directory": "",
      "tests": [
        {
          "name": "reads one field and all fields",
          "steps": [
            {
              "tool": "hash_set",
              "input": {
                "key": "read",
                "mapping": {
                  "a": true
                }
              }
            },
            {
              "input": {
                "key": "read",
                "field": "a"
              },
              "expect": {
                "equals": {
                  "value": true,
                  "found": true
                }
              }
            }
          ],
          "input": {
            "key": "read"
          },
          "expect": {
            "equals": {
              "data": {
                "a": true
              },
              "found": true
            }
          }
        }
      ]
    }),
    hash_delete: () => ({
      "name": "hash_delete",
      "title": "Delete fields of a hash",
      "description": "Delete fields of a hash, or the whole hash",
      "inputSchema": {
        "type": "object",
        "properties": {
          "key": {
            "type": "string",
            "minLength": 1,
            "description": "the hash's key"
          },
          "fields": {
            "type": "array",
            "items": {
              "type": "string"
            },
            "minItems": 1,
            "description": "the fields to delete; absent deletes the whole hash"
          }
        },
        "required": [
          "key"
        ],
        "additionalProperties": false
      },
      "outputSchema": {
        "type": "object",
        "properties": {
          "deleted": {
            "type": "integer",
            "minimum": 0,
            "description": "the number of fields that were deleted"
          }
        },
        "required": [
          "deleted"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "destructiveHint": true,
        "idempotentHint": true,
        "openWorldHint": false
      },
      "action": {
        "kind": "bundled",
        "group": "hash",
        "operation": "delete"
      },
      "environment": {},
      "directory": "",
      "tests": [
        {
          "name": "deletes one field",
          "steps": [
            {
              "tool": "hash_set",
              "input": {
                "key": "cut",
                "mapping": {
                  "a": 1,
                  "b": 2
                }
              }
            }
          ],
          "input": {
            "key": "cut",
            "fields": [
              "a",
              "c"
            ]
          },
          "expect": {
            "equals": {
              "deleted": 1
            }
          }
        }
      ]
    }),
    hash_increment: () => ({
      "name": "hash_increment",
      "title": "Increment a field of a hash",
      "description": "Add to an integer in a field of a hash, atomically; an absent field counts as 0",
      "inputSchema": {
        "type": "object",
        "properties": {
          "key": {
            "type": "string",
            "minLength": 1,
            "description": "the hash's key"
          },
          "field": {
            "type": "string",
            "description": "the field, which may be the empty string"
          },
          "by": {
            "type": "integer",
            "minimum": -9007199254740992,
            "maximum": 9007199254740992,
            "default": 1,
            "description": "the number to add; negative to subtract"
          }
        },
        "required": [
          "key",
          "field"
        ],
        "additionalProperties": false
      },
      "outputSchema": {
        "type": "object",
        "properties": {
          "value": {
            "type": "integer",
            "description": "the new value"
          }
        },
        "required": [
          "value"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "destructiveHint": false,
        "openWorldHint": false
      },
      "action": {
        "kind": "bundled",
        "group": "hash",
        "operation": "increment"
      },
      "environment": {},
      "directory": "",
      "tests": [
        {
          "name": "counts from 0",
          "steps": [
            {
              "input": {
                "key": "tally",
                "field": "hits"
              },
              "expect": {
                "equals": {
                  "value": 1
                }
              }
            }
          ],
          "input": {
            "key": "tally",
            "field": "hits",
            "by": 41
          },
          "expect": {
            "equals": {
              "value": 42
            }
          }
        }
      ]
    }),
    set_add: () => ({
      "name": "set_add",
      "title": "Add to a set",
      "description": "Add members to a set",
      "inputSchema": {
        "type": "object",
        "properties": {
          "key": {
            "type": "string",
            "minLength": 1,
            "description": "the set's key"
          },
          "members": {
            "type": "array",
            "items": {},
            "minItems": 1,
            "description": "JSON values to add"
          },
          "ttl": {
            "type": [
              "integer",
              "null"
            ],
            "minimum": 1,
            "maximum": 315360000,
            "description": "seconds to live from now; null keeps it for ever; absent leaves the time to live unchanged"
          }
        },
        "required": [
          "key",
          "members"
        ],
        "additionalProperties": false
      },
      "outputSchema": {
        "type": "object",
        "properties": {
          "added": {
            "type": "integer",
            "minimum": 0,
            "description": "the number of new members"
          }
        },
        "required": [
          "added"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "destructiveHint": false,
        "idempotentHint": true,
        "openWorldHint": false
      },
      "action": {
        "kind": "bundled",
        "group": "set",
        "operation": "add"
      },
      "environment": {},
      "directory": "",
      "tests": [
        {
          "name": "counts the new members",
          "input": {
            "key": "tags",
            "members": [
              "red",
              "blue",
              "red"
            ]
          },
          "expect": {
            "equals": {
              "added": 2
            }
          }
        }
      ]
    }),
    set_remove: () => ({
      "name": "set_remove",
      "title": "Remove from a set",
      "description": "Remove members from a set",
      "inputSchema": {
        "type": "object",
        "properties": {
          "key": {
            "type": "string",
            "minLength": 1,
            "description": "the set's key"
          },
          "members": {
            "type": "array",
            "items": {},
            "minItems": 1,
            "description": "JSON values to remove"
          }
        },
        "required": [
          "key",
          "members"
        ],
        "additionalProperties": false
      },
      "outputSchema": {
        "type": "object",
        "properties": {
          "removed": {
            "type": "integer",
            "minimum": 0,
            "description": "the number of members that were removed"
          }
        },
        "required": [
          "removed"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "destructiveHint": true,
        "idempotentHint": true,
        "openWorldHint": false
      },
      "action": {
        "kind": "bundled",
        "group": "set",
        "operation": "remove"
      },
      "environment": {},
      "directory": "",
      "tests": [
        {
          "name": "counts the removed members",
          "steps": [
            {
              "tool": "set_add",
              "input": {
                "key": "fewer",
                "members": [
                  "a",
                  "b"
                ]
              }
            }
          ],
          "input": {
            "key": "fewer",
            "members": [
              "b",
              "c"
            ]
          },
          "expect": {
            "equals": {
              "removed": 1
            }
          }
        }
      ]
    }),
    set_members: () => ({
      "name": "set_members",
      "title": "List the members of a set",
      "description": "List the members of a set, page by page",
      "inputSchema": {
        "type": "object",
        "properties": {
          "key": {
            "type": "string",
            "minLength": 1,
            "description": "the set's key"
          },
          "limit": {
            "type": "integer",
            "minimum": 1,
            "maximum": 100000,
            "default": 1000,
            "description": "stop after about this many members; a page may hold more"
          },
          "cursor": {
            "type": "string",
            "minLength": 1,
            "maxLength": 100,
            "description": "the cursor of the previous page; absent for the first page"
          }
        },
        "required": [
          "key"
        ],
        "additionalProperties": false
      },
      "outputSchema": {
        "type": "object",
        "properties": {
          "members": {
            "type": "array",
            "items": {}
          },
          "count": {
            "type": "integer",
            "minimum": 0
          },
          "cursor": {
            "type": [
              "string",
              "null"
            ],
            "description": "pass it to get the next page; null at the end"
          }
        },
        "required": [
          "members",
          "count",
          "cursor"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "readOnlyHint": true,
        "openWorldHint": false
      },
      "action": {
        "kind": "bundled",
        "group": "set",
        "operation": "members"
      },
      "environment": {},
      "directory": "",
      "tests": [
        {
          "name": "lists the members",
          "steps": [
            {
              "tool": "set_add",
              "input": {
                "key": "listed",
                "members": [
                  {
                    "a": 1
                  }
                ]
              }
            }
          ],
          "input": {
            "key": "listed"
          },
          "expect": {
            "equals": {
              "members": [
                {
                  "a": 1
                }
              ],
              "count": 1,
              "cursor": null
            }
          }
        }
      ]
    }),
    set_is_member: () => ({
      "name": "set_is_member",
      "title": "Check for a member of a set",
      "description": "Check whether a value is a member of a set",
      "inputSchema": {
        "type": "object",
        "properties": {
          "key": {
            "type": "string",
            "minLength": 1,
            "description": "the set's key"
          },
          "member": {
            "description": "any JSON value"
          }
        },
        "required": [
          "key",
          "member"
        ],
        "additionalProperties": false
      },
      "outputSchema": {
        "type": "object",
        "properties": {
          "is_member": {
            "type": "boolean"
          }
        },
        "required": [
          "is_member"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "readOnlyHint": true,
        "openWorldHint": false
      },
      "action": {
        "kind": "bundled",
        "group": "set",
        "operation": "is_member"
      },
      "environment": {},
      "directory": "",
      "tests": [
        {
          "name": "the number 1 and the text 1 differ",
          "steps": [
            {
              "tool": "set_add",
              "input": {
                "key": "typed",
                "members": [
                  1
                ]
              }
            }
          ],
          "input": {
            "key": "typed",
            "member": "1"
          },
          "expect": {
            "equals": {
              "is_member": false
            }
          }
        }
      ]
    }),
    set_delete: () => ({
      "name": "set_delete",
      "title": "Delete a set",
      "description": "Delete a whole set",
      "inputSchema": {
        "type": "object",
        "properties": {
          "key": {
            "type": "string",
            "minLength": 1,
            "description": "the set's key"
          }
        },
        "required": [
          "key"
        ],
        "additionalProperties": false
      },
      "outputSchema": {
        "type": "object",
        "properties": {
          "deleted": {
            "type": "boolean",
            "description": "true when the set existed"
          }
        },
        "required": [
          "deleted"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "destructiveHint": true,
        "idempotentHint": true,
        "openWorldHint": false
      },
      "action": {
        "kind": "bundled",
        "group": "set",
        "operation": "delete"
      },
      "environment": {},
      "directory": "",
      "tests": [
        {
          "name": "deletes a set",
          "steps": [
            {
              "tool": "set_add",
              "input": {
                "key": "doomed",
                "members": [
                  1
                ]
              }
            }
          ],
          "input": {
            "key": "doomed"
          },
          "expect": {
            "equals": {
              "deleted": true
            }
          }
        }
      ]
    }),
    sorted_set_add: () => ({
      "name": "sorted_set_add",
      "title": "Add to a sorted set",
      "description": "Add members with scores to a sorted set, such as a leaderboard, or change their scores",
      "inputSchema": {
        "type": "object",
        "properties": {
          "key": {
            "type": "string",
            "minLength": 1,
            "description": "the sorted set's key"
          },
          "members": {
            "type": "array",
            "items": {
              "type": "object",
              "properties": {
                "member": {},
                "score": {
                  "type": "number"
                }
              },
              "additionalProperties": false,
              "required": [
                "member",
                "score"
              ]
            },
            "minItems": 1,
            "examples": [
              [
                {
                  "member": "ada",
                  "score": 10
                }
              ]
            ],
            "description": "JSON values and their scores, which are written one after the other"
          },
          "only_if": {
            "type": "string",
            "enum": [
              "absent",
              "present",
              "greater",
              "less"
            ],
            "description": "absent only adds members; present only changes scores; greater and less add members, and change a score only to a greater or a lesser one"
          },
          "ttl": {
            "type": [
              "integer",
              "null"
            ],
            "minimum": 1,
            "maximum": 315360000,
            "description": "seconds to live from now; null keeps it for ever; absent leaves the time to live unchanged"
          }
        },
        "required": [
          "key",
          "members"
        ],
        "additionalProperties": false
      },
      "outputSchema": {
        "type": "object",
        "properties": {
          "added": {
            "type": "integer",
            "minimum": 0,
            "description": "the number of new members"
          },
          "changed": {
            "type": "integer",
            "minimum": 0,
            "description": "how often the score of an existing member changed"
          }
        },
        "required": [
          "added",
          "changed"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "destructiveHint": true,
        "idempotentHint": true,
        "openWorldHint": false
      },
      "action": {
        "kind": "bundled",
        "group": "sorted_set",
        "operation": "add"
      },
      "environment": {},
      "directory": "",
      "tests": [
        {
          "name": "counts new members and changed scores",
          "steps": [
            {
              "input": {
                "key": "scores",
                "members": [
                  {
                    "member": "ada",
                    "score": 1
                  }
                ]
              }
            }
          ],
          "input": {
            "key": "scores",
            "members": [
              {
                "member": "ada",
                "score": 2.5
              },
              {
                "member": "bob",
                "score": 1
              }
            ]
          },
          "expect": {
            "equals": {
              "added": 1,
              "changed": 1
            }
          }
        },
        {
          "name": "keeps a higher score",
          "steps": [
            {
              "input": {
                "key": "best",
                "members": [
                  {
                    "member": "ada",
                    "score": 5
                  }
                ]
              }
            }
          ],
          "input": {
            "key": "best",
            "members": [
              {
                "member": "ada",
                "score": 3
              }
            ],
            "only_if": "greater"
          },
          "expect": {
            "equals": {
              "added": 0,
              "changed": 0
            }
          }
        }
      ]
    }),
    sorted_set_range: () => ({
      "name": "sorted_set_range",
      "title": "Read a range of a sorted set",
      "description": "Read members of a sorted set in the order of their scores, by rank or by score",
      "inputSchema": {
        "type": "object",
        "properties": {
          "key": {
            "type": "string",
            "minLength": 1,
            "description": "the sorted set's key"
          },
          "by": {
            "type": "string",
            "enum": [
              "rank",
              "score"
            ],
            "default": "rank",
            "description": "rank: from and to are positions, 0 the first and -1 the last; score: they are the lowest and the highest score"
          },
          "from": {
            "type": [
              "number",
              "null"
            ],
            "description": "the first rank or the lowest score, included; absent or null is no bound"
          },
          "to": {
            "type": [
              "number",
              "null"
            ],
            "description": "the last rank or the highest score, included; absent or null is no bound"
          },
          "reverse": {
            "type": "boolean",
            "default": false,
            "description": "true orders by falling scores, and counts ranks from the highest score"
          },
          "limit": {
            "type": "integer",
            "minimum": 1,
            "maximum": 100000,
            "default": 100,
            "description": "the most members to return"
          },
          "offset": {
            "type": "integer",
            "minimum": 0,
            "maximum": 9007199254740991,
            "default": 0,
            "description": "the number of members of the range to skip"
          }
        },
        "required": [
          "key"
        ],
        "additionalProperties": false
      },
      "outputSchema": {
        "type": "object",
        "properties": {
          "members": {
            "type": "array",
            "items": {
              "type": "object",
              "properties": {
                "member": {},
                "score": {
                  "type": "number"
                }
              },
              "additionalProperties": false,
              "required": [
                "member",
                "score"
              ]
            }
          },
          "count": {
            "type": "integer",
            "minimum": 0,
            "description": "the number of members returned"
          }
        },
        "required": [
          "members",
          "count"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "readOnlyHint": true,
        "openWorldHint": false
      },
      "action": {
        "kind": "bundled",
        "group": "sorted_set",
        "operation": "range"
      },
      "environment": {},
      "directory": "",
      "tests": [
        {
          "name": "the highest score first",
          "steps": [
            {
              "tool": "sorted_set_add",
              "input": {
                "key": "board",
                "members": [
                  {
                    "member": "ada",
                    "score": 10
                  },
                  {
                    "member": "bob",
                    "score": 7
                  }
                ]
              }
            }
          ],
          "input": {
            "key": "board",
            "reverse": true,
            "limit": 1
          },
          "expect": {
            "equals": {
              "members": [
                {
                  "member": "ada",
                  "score": 10
                }
              ],
              "count": 1
            }
          }
        },
        {
          "name": "scores up to a bound",
          "steps": [
            {
              "tool": "sorted_set_add",
              "input": {
                "key": "due",
                "members": [
                  {
                    "member": "a",
                    "score": 1
                  },
                  {
                    "member": "b",
                    "score": 9
                  }
                ]
              }
            }
          ],
          "input": {
            "key": "due",
            "by": "score",
            "to": 5
          },
          "expect": {
            "equals": {
              "members": [
                {
                  "member": "a",
                  "score": 1
                }
              ],
              "count": 1
            }
          }
        }
      ]
    }),
    sorted_set_rank: () => ({
      "name": "sorted_set_rank",
      "title": "Get the rank of a member of a sorted set",
      "description": "Read the rank and the score of a member of a sorted set",
      "inputSchema": {
        "type": "object",
        "properties": {
          "key": {
            "type": "string",
            "minLength": 1,
            "description": "the sorted set's key"
          },
          "member": {
            "description": "any JSON value"
          },
          "reverse": {
            "type": "boolean",
            "default": false,
            "description": "true counts from the highest score"
          }
        },
        "required": [
          "key",
          "member"
        ],
        "additionalProperties": false
      },
      "outputSchema": {
        "type": "object",
        "properties": {
          "rank": {
            "type": [
              "integer",
              "null"
            ],
            "minimum": 0,
            "description": "0 is the first; null when the value is no member"
          },
          "score": {
            "type": [
              "number",
              "null"
            ],
            "description": "null when the value is no member"
          },
          "found": {
            "type": "boolean",
            "description": "true when the value is a member"
          }
        },
        "required": [
          "rank",
          "score",
          "found"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "readOnlyHint": true,
        "openWorldHint": false
      },
      "action": {
        "kind": "bundled",
        "group": "sorted_set",
        "operation": "rank"
      },
      "environment": {},
      "directory": "",
      "tests": [
        {
          "name": "counts from the highest score",
          "steps": [
            {
              "tool": "sorted_set_add",
              "input": {
                "key": "ranked",
                "members": [
                  {
                    "member": "ada",
                    "score": 10
                  },
                  {
                    "member": "bob",
                    "score": 7
                  }
                ]
              }
            }
          ],
          "input": {
            "key": "ranked",
            "member": "bob",
            "reverse": true
          },
          "expect": {
            "equals": {
              "rank": 1,
              "score": 7,
              "found": true
            }
          }
        },
        {
          "name": "no member",
          "input": {
            "key": "nothing",
            "member": "bob"
          },
          "expect": {
            "equals": {
              "rank": null,
              "score": null,
              "found": false
            }
          }
        }
      ]
    }),
    sorted_set_increment: () => ({
      "name": "sorted_set_increment",
      "title": "Add to a score of a sorted set",
      "description": "Add to the score of a member of a sorted set; a new member begins at 0",
      "inputSchema": {
        "type": "object",
        "properties": {
          "key": {
            "type": "string",
            "minLength": 1,
            "description": "the sorted set's key"
          },
          "member": {
            "description": "any JSON value"
          },
          "by": {
            "type": "number",
            "default": 1,
            "description": "the number to add; negative subtracts"
          }
        },
        "required": [
          "key",
          "member"
        ],
        "additionalProperties": false
      },
      "outputSchema": {
        "type": "object",
        "properties": {
          "score": {
            "type": "number",
            "description": "the new score"
          }
        },
        "required": [
          "score"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "destructiveHint": false,
        "openWorldHint": false
      },
      "action": {
        "kind": "bundled",
        "group": "sorted_set",
        "operation": "increment"
      },
      "environment": {},
      "directory": "",
      "tests": [
        {
          "name": "adds to the score",
          "steps": [
            {
              "tool": "sorted_set_add",
              "input": {
                "key": "points",
                "members": [
                  {
                    "member": "ada",
                    "score": 10
                  }
                ]
              }
            }
          ],
          "input": {
            "key": "points",
            "member": "ada",
            "by": -2.5
          },
          "expect": {
            "equals": {
              "score": 7.5
            }
          }
        }
      ]
    }),
    sorted_set_remove: () => ({
      "name": "sorted_set_remove",
      "title": "Remove from a sorted set",
      "description": "Remove members from a sorted set",
      "inputSchema": {
        "type": "object",
        "properties": {
          "key": {
            "type": "string",
            "minLength": 1,
            "description": "the sorted set's key"
          },
          "members": {
            "type": "array",
            "items": {},
            "minItems": 1,
            "description": "JSON values to remove"
          }
        },
        "required": [
          "key",
          "members"
        ],
        "additionalProperties": false
      },
      "outputSchema": {
        "type": "object",
        "properties": {
          "removed": {
            "type": "integer",
            "minimum": 0,
            "description": "the number of members that were removed"
          }
        },
        "required": [
          "removed"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "destructiveHint": true,
        "idempotentHint": true,
        "openWorldHint": false
      },
      "action": {
        "kind": "bundled",
        "group": "sorted_set",
        "operation": "remove"
      },
      "environment": {},
      "directory": "",
      "tests": [
        {
          "name": "counts the removed members",
          "steps": [
            {
              "tool": "sorted_set_add",
              "input": {
                "key": "fewer",
                "members": [
                  {
                    "member": "a",
                    "score": 1
                  },
                  {
                    "member": "b",
                    "score": 2
                  }
                ]
              }
            }
          ],
          "input": {
            "key": "fewer",
            "members": [
              "b",
              "c"
            ]
          },
          "expect": {
            "equals": {
              "removed": 1
            }
          }
        }
      ]
    }),
    sorted_set_delete: () => ({
      "name": "sorted_set_delete",
      "title": "Delete a sorted set",
      "description": "Delete a whole sorted set",
      "inputSchema": {
        "type": "object",
        "properties": {
          "key": {
            "type": "string",
            "minLength": 1,
            "description": "the sorted set's key"
          }
        },
        "required": [
          "key"
        ],
        "additionalProperties": false
      },
      "outputSchema": {
        "type": "object",
        "properties": {
          "deleted": {
            "type": "boolean",
            "description": "true when the sorted set existed"
          }
        },
        "required": [
          "deleted"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "destructiveHint": true,
        "idempotentHint": true,
        "openWorldHint": false
      },
      "action": {
        "kind": "bundled",
        "group": "sorted_set",
        "operation": "delete"
      },
      "environment": {},
      "directory": "",
      "tests": [
        {
          "name": "an absent sorted set",
          "input": {
            "key": "nothing"
          },
          "expect": {
            "equals": {
              "deleted": false
            }
          }
        }
      ]
    }),
    session_create: () => ({
      "name": "session_create",
      "title": "Create a session",
      "description": "Create a session, a JSON object that several callers can change safely, such as the state of a conversation; returns its random id",
      "inputSchema": {
        "type": "object",
        "properties": {
          "data": {
            "type": "object",
            "default": {},
            "description": "the initial data of the session"
          },
          "ttl": {
            "type": [
              "integer",
              "null"
            ],
            "minimum": 1,
            "maximum": 315360000,
            "default": 3600,
            "description": "seconds to live; null keeps it for ever"
          },
          "owner": {
            "type": "string",
            "minLength": 1,
            "examples": [
              "ada"
            ],
            "description": "a name under which session_list finds the session"
          }
        },
        "required": [],
        "additionalProperties": false
      },
      "outputSchema": {
        "type": "object",
        "properties": {
          "session_id": {
            "type": "string"
          },
          "ttl": {
            "type": [
              "integer",
              "null"
            ],
            "description": "seconds; null means for ever"
          },
          "revision": {
            "type": "integer",
            "minimum": 1,
            "description": "1; each update adds 1"
          }
        },
        "required": [
          "session_id",
          "ttl",
          "revision"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "destructiveHint": false,
        "openWorldHint": false
      },
      "action": {
        "kind": "bundled",
        "group": "session",
        "operation": "create"
      },
      "environment": {},
      "directory": "",
      "tests": [
        {
          "name": "starts at revision 1",
          "input": {
            "data": {
              "user": "ada"
            }
          },
          "expect": {
            "contains": {
              "revision": 1,
              "ttl": 3600
            }
          }
        }
      ]
    }),
    session_get: () => ({
      "name": "session_get",
      "title": "Get a session",
      "description": "Read a session: its data, revision and times",
      "inputSchema": {
        "type": "object",
        "properties": {
          "session_id": {
            "type": "string",
            "minLength": 1,
            "description": "the id that session_create returned"
          }
        },
        "required": [
          "session_id"
        ],
        "additionalProperties": false
      },
      "outputSchema": {
        "type": "object",
        "properties": {
          "session": {
            "type": [
              "object",
              "null"
            ],
            "description": "the session; null when it does not exist",
            "properties": {
              "id": {
                "type": "string"
              },
              "data": {
                "type": "object"
              },
              "created_at": {
                "type": "string",
                "description": "UTC, ISO 8601"
              },
              "updated_at": {
                "type": "string",
                "description": "UTC, ISO 8601"
              },
              "revision": {
                "type": "integer",
                "minimum": 1
              },
              "owner": {
                "type": "string",
                "description": "absent when the session has none"
              }
            },
            "additionalProperties": false,
            "required": [
              "id",
              "data",
              "created_at",
              "updated_at",
              "revision"
            ]
          },
          "found": {
            "type": "boolean"
          },
          "ttl": {
            "type": [
              "integer",
              "null"
            ],
            "description": "seconds left, rounded up; null when the session has no expiry or does not exist"
          }
        },
        "required": [
          "session",
          "found",
          "ttl"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "readOnlyHint": true,
        "openWorldHint": false
      },
      "action": {
        "kind": "bundled",
        "group": "session",
        "operation": "get"
      },
      "environment": {},
      "directory": "",
      "tests": [
        {
          "name": "reads a session",
          "steps": [
            {
              "name": "create",
              "tool": "session_create",
              "input": {
                "data": {
                  "user": "ada"
                }
              }
            }
          ],
          "input": {
            "session_id": "{{steps.create.session_id}}"
          },
          "expect": {
            "contains": {
              "found": true,
              "session": {
                "data": {
                  "user": "ada"
                },
                "revision": 1
              }
            }
          }
        }
      ]
    }),
    session_list: () => ({
      "name": "session_list",
      "title": "List the sessions of an owner",
      "description": "List the sessions of an owner without their data, page by page, in no order",
      "inputSchema": {
        "type": "object",
        "properties": {
          "owner": {
            "type": "string",
            "minLength": 1,
            "examples": [
              "ada"
            ],
            "description": "the owner that session_create got"
          },
          "limit": {
            "type": "integer",
            "minimum": 1,
            "maximum": 10000,
            "default": 100,
            "description": "stop after about this many sessions; a page may hold a few more"
          },
          "cursor": {
            "type": "string",
            "minLength": 1,
            "maxLength": 100,
            "description": "the cursor of the previous page; absent for the first page"
          }
        },
        "required": [
          "owner"
        ],
        "additionalProperties": false
      },
      "outputSchema": {
        "type": "object",
        "properties": {
          "sessions": {
            "type": "array",
            "items": {
              "type": "object",
              "properties": {
                "session_id": {
                  "type": "string"
                },
                "created_at": {
                  "type": "string",
                  "description": "UTC, ISO 8601"
                },
                "updated_at": {
                  "type": "string",
                  "description": "UTC, ISO 8601"
                },
                "revision": {
                  "type": "integer",
                  "minimum": 1
                },
                "ttl": {
                  "type": [
                    "integer",
                    "null"
                  ],
                  "description": "seconds left, rounded up; null when the session has no expiry"
                }
              },
              "additionalProperties": false,
              "required": [
                "session_id",
                "created_at",
                "updated_at",
                "revision",
                "ttl"
              ]
            }
          },
          "count": {
            "type": "integer",
            "minimum": 0
          },
          "cursor": {
            "type": [
              "string",
              "null"
            ],
            "description": "pass it to get the next page; null at the end"
          }
        },
        "required": [
          "sessions",
          "count",
          "cursor"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "readOnlyHint": true,
        "openWorldHint": false
      },
      "action": {
        "kind": "bundled",
        "group": "session",
        "operation": "list"
      },
      "environment": {},
      "directory": "",
      "tests": [
        {
          "name": "lists the sessions of one owner",
          "steps": [
            {
              "tool": "session_create",
              "input": {
                "owner": "ada"
              }
            },
            {
              "tool": "session_create",
              "input": {
                "owner": "bob"
              }
            }
          ],
          "input": {
            "owner": "ada"
          },
          "expect": {
            "contains": {
              "count": 1,
              "cursor": null
            }
          }
        }
      ]
    }),
    session_update: () => ({
      "name": "session_update",
      "title": "Update a session",
      "description": "Set and remove top-level keys of the data of a session; for changes below them, use session_patch",
      "inputSchema": {
        "type": "object",
        "properties": {
          "session_id": {
            "type": "string",
            "minLength": 1,
            "description": "the id that session_create returned"
          },
          "data": {
            "type": "object",
            "default": {},
            "description": "top-level keys to set; null is stored as a value and deletes nothing"
          },
          "unset": {
            "type": "array",
            "items": {
              "type": "string"
            },
            "description": "top-level keys to remove; one that is absent is no failure"
          },
          "merge": {
            "type": "boolean",
            "default": true,
            "description": "true keeps the other top-level keys; false replaces all data"
          },
          "expected_revision": {
            "type": "integer",
            "minimum": 1,
            "description": "fail with CONFLICT unless this is the current revision"
          },
          "fence": {
            "type": "integer",
            "minimum": 1,
            "maximum": 9007199254740991,
            "description": "the fence of the lock that the caller holds: fail with CONFLICT when the session was written with a greater one"
          }
        },
        "required": [
          "session_id"
        ],
        "additionalProperties": false
      },
      "outputSchema": {
        "type": "object",
        "properties": {
          "session_id": {
            "type": "string"
          },
          "revision": {
            "type": "integer",
            "minimum": 2,
            "description": "the revision after this update"
          }
        },
        "required": [
          "session_id",
          "revision"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "destructiveHint": true,
        "openWorldHint": false
      },
      "action": {
        "kind": "bundled",
        "group": "session",
        "operation": "update"
      },
      "environment": {},
      "directory": "",
      "tests": [
        {
          "name": "merges data and raises the revision",
          "steps": [
            {
              "name": "create",
              "tool": "session_create",
              "input": {
                "data": {
                  "a": 1
                }
              }
            }
          ],
          "input": {
            "session_id": "{{steps.create.session_id}}",
            "data": {
              "b": 2
            },
            "expected_revision": 1
          },
          "expect": {
            "contains": {
              "revision": 2
            }
          }
        },
        {
          "name": "does not create a session",
          "input": {
            "session_id": "nobody",
            "data": {}
          },
          "expect": {
            "error": "NOT_FOUND",
            "exit_code": 1
          }
        },
        {
          "name": "removes keys",
          "steps": [
            {
              "name": "create",
              "tool": "session_create",
              "input": {
                "data": {
                  "a": 1,
                  "b": 2
                }
              }
            },
            {
              "input": {
                "session_id": "{{steps.create.session_id}}",
                "unset": [
                  "b",
                  "c"
                ]
              },
              "expect": {
                "contains": {
                  "revision": 2
                }
              }
            },
            {
              "tool": "session_get",
              "input": {
                "session_id": "{{steps.create.session_id}}"
              },
              "expect": {
                "contains": {
                  "session": {
                    "data": {
                      "a": 1
                    }
                  }
                }
              }
            }
          ],
          "input": {
            "session_id": "{{steps.create.session_id}}",
            "data": {
              "a": 1
            },
            "unset": [
              "a"
            ]
          },
          "expect": {
            "error": "INVALID_PARAMETERS"
          }
        },
        {
          "name": "refuses an older fence",
          "steps": [
            {
              "name": "create",
              "tool": "session_create"
            },
            {
              "input": {
                "session_id": "{{steps.create.session_id}}",
                "data": {
                  "a": 1
                },
                "fence": 8
              },
              "expect": {
                "contains": {
                  "revision": 2
                }
              }
            }
          ],
          "input": {
            "session_id": "{{steps.create.session_id}}",
            "data": {
              "a": 2
            },
            "fence": 7
          },
          "expect": {
            "error": "CONFLICT"
          }
        }
      ]
    }),
    session_patch: () => ({
      "name": "session_patch",
      "title": "Patch a session",
      "description": "Change the data of a session at every level with a JSON merge patch (RFC 7396); for whole top-level keys, use session_update",
      "inputSchema": {
        "type": "object",
        "properties": {
          "session_id": {
            "type": "string",
            "minLength": 1,
            "description": "the id that session_create returned"
          },
          "patch": {
            "type": "object",
            "examples": [
              {
                "cart": {
                  "apples": 2,
                  "pears": null
                }
              }
            ],
            "description": "objects are merged at every level, null removes a key, any other value replaces, arrays too"
          },
          "expected_revision": {
            "type": "integer",
            "minimum": 1,
            "description": "fail with CONFLICT unless this is the current revision"
          },
          "fence": {
            "type": "integer",
            "minimum": 1,
            "maximum": 9007199254740991,
            "description": "the fence of the lock that the caller holds: fail with CONFLICT when the session was written with a greater one"
          }
        },
        "required": [
          "session_id",
          "patch"
        ],
        "additionalProperties": false
      },
      "outputSchema": {
        "type": "object",
        "properties": {
          "session_id": {
            "type": "string"
          },
          "revision": {
            "type": "integer",
            "minimum": 2,
            "description": "the revision after this patch"
          }
        },
        "required": [
          "session_id",
          "revision"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "destructiveHint": true,
        "openWorldHint": false
      },
      "action": {
        "kind": "bundled",
        "group": "session",
        "operation": "patch"
      },
      "environment": {},
      "directory": "",
      "tests": [
        {
          "name": "merges at every level",
          "steps": [
            {
              "name": "create",
              "tool": "session_create",
              "input": {
                "data": {
                  "cart": {
                    "apples": 1,
                    "pears": 2
                  },
                  "user": "ada"
                }
              }
            },
            {
              "input": {
                "session_id": "{{steps.create.session_id}}",
                "patch": {
                  "cart": {
                    "apples": 5,
                    "pears": null
                  }
                }
              },
              "expect": {
                "contains": {
                  "revision": 2
                }
              }
            },
            {
              "tool": "session_get",
              "input": {
                "session_id": "{{steps.create.session_id}}"
              },
              "expect": {
                "contains": {
                  "session": {
                    "data": {
                      "cart": {
                        "apples": 5
                      },
                      "user": "ada"
                    }
                  }
                }
              }
            }
          ],
          "input": {
            "session_id": "{{steps.create.session_id}}",
            "patch": {},
            "expected_revision": 1
          },
          "expect": {
            "error": "CONFLICT"
          }
        },
        {
          "name": "does not create a session",
          "input": {
            "session_id": "nobody",
            "patch": {}
          },
          "expect": {
            "error": "NOT_FOUND",
            "exit_code": 1
          }
        }
      ]
    }),
    session_delete: () => ({
      "name": "session_delete",
      "title": "Delete a session",
      "description": "Delete a session",
      "inputSchema": {
        "type": "object",
        "properties": {
          "session_id": {
            "type": "string",
            "minLength": 1,
            "description": "the id that session_create returned"
          }
        },
        "required": [
          "session_id"
        ],
        "additionalProperties": false
      },
      "outputSchema": {
        "type": "object",
        "properties": {
          "deleted": {
            "type": "boolean",
            "description": "true when the session existed"
          }
        },
        "required": [
          "deleted"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "destructiveHint": true,
        "idempotentHint": true,
        "openWorldHint": false
      },
      "action": {
        "kind": "bundled",
        "group": "session",
        "operation": "delete"
      },
      "environment": {},
      "directory": "",
      "tests": [
        {
          "name": "deletes a session",
          "steps": [
            {
              "name": "create",
              "tool": "session_create"
            }
          ],
          "input": {
            "session_id": "{{steps.create.session_id}}"
          },
          "expect": {
            "equals": {
              "deleted": true
            }
          }
        }
      ]
    }),
    session_extend: () => ({
      "name": "session_extend",
      "title": "Extend a session",
      "description": "Set the time to live of a session, longer or shorter; changes of its data leave it unchanged",
      "inputSchema": {
        "type": "object",
        "properties": {
          "session_id": {
            "type": "string",
            "minLength": 1,
            "description": "the id that session_create returned"
          },
          "ttl": {
            "type": [
              "integer",
              "null"
            ],
            "minimum": 1,
            "maximum": 315360000,
            "default": 3600,
            "description": "seconds to live from now; null keeps it for ever"
          }
        },
        "required": [
          "session_id"
        ],
        "additionalProperties": false
      },
      "outputSchema": {
        "type": "object",
        "properties": {
          "session_id": {
            "type": "string"
          },
          "ttl": {
            "type": [
              "integer",
              "null"
            ],
            "description": "seconds; null means for ever"
          }
        },
        "required": [
          "session_id",
          "ttl"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "destructiveHint": false,
        "idempotentHint": true,
        "openWorldHint": false
      },
      "action": {
        "kind": "bundled",
        "group": "session",
        "operation": "extend"
      },
      "environment": {},
      "directory": "",
      "tests": [
        {
          "name": "shortens the time to live",
          "steps": [
            {
              "name": "create",
              "tool": "session_create"
            }
          ],
          "input": {
            "session_id": "{{steps.create.session_id}}",
            "ttl": 60
          },
          "expect": {
            "contains": {
              "ttl": 60
            }
          }
        }
      ]
    }),
    lock_acquire: () => ({
      "name": "lock_acquire",
      "title": "Acquire a lock",
      "description": "Acquire a lock, so that only one process at a time does something; it ends after ttl seconds: extend it while you work, then release it",
      "inputSchema": {
        "type": "object",
        "properties": {
          "name": {
            "type": "string",
            "minLength": 1,
            "description": "the lock's name"
          },
          "ttl": {
            "type": "number",
            "minimum": 0.1,
            "maximum": 86400,
            "default": 30,
            "description": "seconds until the lock ends unless it is extended"
          },
          "wait": {
            "type": "number",
            "minimum": 0,
            "maximum": 86400,
            "default": 0,
            "description": "the most seconds to wait for the lock"
          },
          "owner": {
            "type": "string",
            "minLength": 1,
            "maxLength": 1000,
            "description": "a label that others see while you hold the lock"
          }
        },
        "required": [
          "name"
        ],
        "additionalProperties": false
      },
      "outputSchema": {
        "type": "object",
        "properties": {
          "acquired": {
            "type": "boolean",
            "description": "false when somebody else holds the lock; the same caller too cannot acquire it twice"
          },
          "token": {
            "type": [
              "string",
              "null"
            ],
            "description": "what lock_extend and lock_release need; null when not acquired"
          },
          "fence": {
            "type": [
              "integer",
              "null"
            ],
            "description": "greater each time the lock is acquired: store it with what you write, and refuse smaller ones; null when not acquired"
          },
          "expires_in_ms": {
            "type": "integer",
            "minimum": 0,
            "description": "milliseconds until the lock ends unless its holder extends it"
          },
          "owner": {
            "type": [
              "string",
              "null"
            ],
            "description": "the label of the holder; null when it gave none"
          }
        },
        "required": [
          "acquired",
          "token",
          "fence",
          "expires_in_ms",
          "owner"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "destructiveHint": false,
        "openWorldHint": false
      },
      "action": {
        "kind": "bundled",
        "group": "lock",
        "operation": "acquire"
      },
      "environment": {},
      "directory": "",
      "tests": [
        {
          "name": "a free lock",
          "input": {
            "name": "deploy",
            "owner": "ada"
          },
          "expect": {
            "contains": {
              "acquired": true,
              "expires_in_ms": 30000,
              "owner": "ada"
            }
          }
        },
        {
          "name": "a held lock",
          "steps": [
            {
              "tool": "lock_acquire",
              "input": {
                "name": "build",
                "owner": "ada"
              }
            }
          ],
          "input": {
            "name": "build"
          },
          "expect": {
            "contains": {
              "acquired": false,
              "token": null,
              "fence": null,
              "owner": "ada"
            }
          }
        }
      ]
    }),
    lock_extend: () => ({
      "name": "lock_extend",
      "title": "Extend a lock",
      "description": "Set a new end for a lock that you hold",
      "inputSchema": {
        "type": "object",
        "properties": {
          "name": {
            "type": "string",
            "minLength": 1,
            "description": "the lock's name"
          },
          "token": {
            "type": "string",
            "minLength": 1,
            "description": "the token that lock_acquire returned"
          },
          "ttl": {
            "type": "number",
            "minimum": 0.1,
            "maximum": 86400,
            "default": 30,
            "description": "seconds from now until the lock ends"
          }
        },
        "required": [
          "name",
          "token"
        ],
        "additionalProperties": false
      },
      "outputSchema": {
        "type": "object",
        "properties": {
          "extended": {
            "type": "boolean",
            "description": "false when you no longer hold the lock: stop the work"
          },
          "expires_in_ms": {
            "type": [
              "integer",
              "null"
            ],
            "description": "milliseconds until the lock ends; null when not extended"
          }
        },
        "required": [
          "extended",
          "expires_in_ms"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "destructiveHint": false,
        "openWorldHint": false
      },
      "action": {
        "kind": "bundled",
        "group": "lock",
        "operation": "extend"
      },
      "environment": {},
      "directory": "",
      "tests": [
        {
          "name": "the holder extends",
          "steps": [
            {
              "name": "lock",
              "tool": "lock_acquire",
              "input": {
                "name": "job"
              }
            }
          ],
          "input": {
            "name": "job",
            "token": "{{steps.lock.token}}",
            "ttl": 60
          },
          "expect": {
            "equals": {
              "extended": true,
              "expires_in_ms": 60000
            }
          }
        },
        {
          "name": "another token does nothing",
          "steps": [
            {
              "tool": "lock_acquire",
              "input": {
                "name": "job"
              }
            }
          ],
          "input": {
            "name": "job",
            "token": "other"
          },
          "expect": {
            "equals": {
              "extended": false,
              "expires_in_ms": null
            }
          }
        }
      ]
    }),
    lock_release: () => ({
      "name": "lock_release",
      "title": "Release a lock",
      "description": "Give up a lock that you hold, so that the next caller gets it at once",
      "inputSchema": {
        "type": "object",
        "properties": {
          "name": {
            "type": "string",
            "minLength": 1,
            "description": "the lock's name"
          },
          "token": {
            "type": "string",
            "minLength": 1,
            "description": "the token that lock_acquire returned"
          }
        },
        "required": [
          "name",
          "token"
        ],
        "additionalProperties": false
      },
      "outputSchema": {
        "type": "object",
        "properties": {
          "released": {
            "type": "boolean",
            "description": "false when you no longer held the lock"
          }
        },
        "required": [
          "released"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "destructiveHint": true,
        "openWorldHint": false
      },
      "action": {
        "kind": "bundled",
        "group": "lock",
        "operation": "release"
      },
      "environment": {},
      "directory": "",
      "tests": [
        {
          "name": "the holder releases",
          "steps": [
            {
              "name": "lock",
              "tool": "lock_acquire",
              "input": {
                "name": "free"
              }
            }
          ],
          "input": {
            "name": "free",
            "token": "{{steps.lock.token}}"
          },
          "expect": {
            "equals": {
              "released": true
            }
          }
        },
        {
          "name": "another token does nothing",
          "steps": [
            {
              "tool": "lock_acquire",
              "input": {
                "name": "free"
              }
            }
          ],
          "input": {
            "name": "free",
            "token": "other"
          },
          "expect": {
            "equals": {
              "released": false
            }
          }
        }
      ]
    }),
    lock_status: () => ({
      "name": "lock_status",
      "title": "Look at a lock",
      "description": "Read who holds a lock, without acquiring it",
      "inputSchema": {
        "type": "object",
        "properties": {
          "name": {
            "type": "string",
            "minLength": 1,
            "description": "the lock's name"
          }
        },
        "required": [
          "name"
        ],
        "additionalProperties": false
      },
      "outputSchema": {
        "type": "object",
        "properties": {
          "held": {
            "type": "boolean"
          },
          "owner": {
            "type": [
              "string",
              "null"
            ],
            "description": "the label of the holder; null when it gave none or nobody holds the lock"
          },
          "fence": {
            "type": [
              "integer",
              "null"
            ],
            "description": "the fence of the last holder; null when the lock was not acquired for 30 days"
          },
          "expires_in_ms": {
            "type": [
              "integer",
              "null"
            ],
            "description": "milliseconds until the lock ends unless its holder extends it; null when nobody holds it"
          }
        },
        "required": [
          "held",
          "owner",
          "fence",
          "expires_in_ms"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "readOnlyHint": true,
        "openWorldHint": false
      },
      "action": {
        "kind": "bundled",
        "group": "lock",
        "operation": "status"
      },
      "environment": {},
      "directory": "",
      "tests": [
        {
          "name": "a lock that nobody has acquired",
          "input": {
            "name": "nothing"
          },
          "expect": {
            "equals": {
              "held": false,
              "owner": null,
              "fence": null,
              "expires_in_ms": null
            }
          }
        },
        {
          "name": "a held lock",
          "steps": [
            {
              "tool": "lock_acquire",
              "input": {
                "name": "watched",
                "owner": "ada"
              }
            }
          ],
          "input": {
            "name": "watched"
          },
          "expect": {
            "contains": {
              "held": true,
              "owner": "ada"
            }
          }
        }
      ]
    }),
    pubsub_publish: () => ({
      "name": "pubsub_publish",
      "title": "Publish a message",
      "description": "Send a JSON message to the subscribers of a channel; it is lost for all who do not listen now: to keep it, use stream_append",
      "inputSchema": {
        "type": "object",
        "properties": {
          "channel": {
            "type": "string",
            "minLength": 1,
            "description": "the channel's name"
          },
          "message": {
            "description": "any JSON value"
          }
        },
        "required": [
          "channel",
          "message"
        ],
        "additionalProperties": false
      },
      "outputSchema": {
        "type": "object",
        "properties": {
          "channel": {
            "type": "string"
          },
          "subscribers": {
            "type": "integer",
            "minimum": 0,
            "description": "the number of subscribers that received it"
          }
        },
        "required": [
          "channel",
          "subscribers"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "destructiveHint": false,
        "openWorldHint": false
      },
      "action": {
        "kind": "bundled",
        "group": "pubsub",
        "operation": "publish"
      },
      "environment": {},
      "directory": "",
      "tests": [
        {
          "name": "no subscriber",
          "input": {
            "channel": "news",
            "message": {
              "n": 1
            }
          },
          "expect": {
            "equals": {
              "channel": "news",
              "subscribers": 0
            }
          }
        }
      ]
    }),
    pubsub_subscribe: () => ({
      "name": "pubsub_subscribe",
      "title": "Subscribe to messages",
      "description": "Wait for messages on a channel, or on all channels that match a pattern; messages between two calls are lost: stream_read loses none",
      "inputSchema": {
        "type": "object",
        "properties": {
          "channel": {
            "type": "string",
            "minLength": 1,
            "examples": [
              "news"
            ],
            "description": "the channel's name; give either channel or pattern"
          },
          "pattern": {
            "type": "string",
            "minLength": 1,
            "description": "a glob for channel names; \\* matches a star"
          },
          "count": {
            "type": "integer",
            "minimum": 1,
            "maximum": 100000,
            "default": 1,
            "description": "end after this many messages"
          },
          "timeout": {
            "type": "number",
            "exclusiveMinimum": 0,
            "maximum": 86400,
            "default": 30,
            "description": "the most seconds to wait"
          },
          "subscription_id": {
            "type": "string",
            "minLength": 1,
            "description": "an id for pubsub_unsubscribe; random when absent"
          }
        },
        "required": [],
        "additionalProperties": false
      },
      "outputSchema": {
        "type": "object",
        "properties": {
          "channel": {
            "type": [
              "string",
              "null"
            ],
            "description": "the channel; null for a pattern"
          },
          "pattern": {
            "type": "string"
          },
          "subscription_id": {
            "type": "string"
          },
          "messages": {
            "type": "array",
            "items": {
              "type": "object",
              "properties": {
                "channel": {
                  "type": "string"
                },
                "message": {}
              },
              "additionalProperties": false,
              "required": [
                "channel",
                "message"
              ]
            },
            "description": "the messages in the order of arrival; empty with --follow, which prints each one when it arrives"
          },
          "received": {
            "type": "integer",
            "minimum": 0
          },
          "reason": {
            "type": "string",
            "enum": [
              "count",
              "timeout",
              "unsubscribed",
              "interrupted"
            ],
            "description": "why the subscription ended"
          }
        },
        "required": [
          "channel",
          "subscription_id",
          "messages",
          "received",
          "reason"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "readOnlyHint": true,
        "openWorldHint": false
      },
      "action": {
        "kind": "bundled",
        "group": "pubsub",
        "operation": "subscribe"
      },
      "environment": {},
      "directory": "",
      "tests": [
        {
          "name": "a quiet channel",
          "input": {
            "channel": "quiet",
            "timeout": 0.05,
            "subscription_id": "probe"
          },
          "expect": {
            "contains": {
              "received": 0,
              "reason": "timeout"
            }
          }
        }
      ]
    }),
    pubsub_unsubscribe: () => ({
      "name": "pubsub_unsubscribe",
      "title": "End subscriptions",
      "description": "End subscriptions of any process, by channel, pattern or subscription id",
      "inputSchema": {
        "type": "object",
        "properties": {
          "channel": {
            "type": "string",
            "minLength": 1,
            "examples": [
              "news"
            ],
            "description": "end the subscriptions to this channel, but not those to patterns that match it"
          },
          "pattern": {
            "type": "string",
            "minLength": 1,
            "description": "end the subscriptions to exactly this pattern"
          },
          "subscription_id": {
            "type": "string",
            "minLength": 1,
            "description": "end the subscription with this id"
          }
        },
        "required": [],
        "additionalProperties": false
      },
      "outputSchema": {
        "type": "object",
        "properties": {
          "unsubscribed": {
            "type": "integer",
            "minimum": 0,
            "description": "the number of subscriptions that received the request to end"
          }
        },
        "required": [
          "unsubscribed"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "destructiveHint": true,
        "idempotentHint": true,
        "openWorldHint": false
      },
      "action": {
        "kind": "bundled",
        "group": "pubsub",
        "operation": "unsubscribe"
      },
      "environment": {},
      "directory": "",
      "tests": [
        {
          "name": "no subscription",
          "input": {
            "channel": "quiet"
          },
          "expect": {
            "equals": {
              "unsubscribed": 0
            }
          }
        }
      ]
    }),
    queue_add: () => ({
      "name": "queue_add",
      "title": "Add a job to a queue",
      "description": "Add a job to a queue, which one worker takes with queue_take; for events that several readers get, use stream_append",
      "inputSchema": {
        "type": "object",
        "properties": {
          "queue": {
            "type": "string",
            "minLength": 1,
            "examples": [
              "mails"
            ],
            "description": "the queue's name"
          },
          "payload": {
            "description": "any JSON value: what is to be done"
          },
          "delay": {
            "type": "number",
            "minimum": 0,
            "maximum": 315360000,
            "default": 0,
            "description": "seconds until the job can be taken"
          },
          "priority": {
            "type": "integer",
            "minimum": 0,
            "maximum": 100,
            "default": 0,
            "description": "jobs of a lower number are taken first; within one number, first in, first out"
          },
          "dedup_id": {
            "type": "string",
            "minLength": 1,
            "description": "for dedup_for seconds, a second job with this id is not added, also when the first one is done"
          },
          "dedup_for": {
            "type": "integer",
            "minimum": 1,
            "maximum": 315360000,
            "default": 300,
            "description": "seconds that a deduplication id holds"
          },
          "max_attempts": {
            "type": "integer",
            "minimum": 1,
            "maximum": 1000,
            "default": 5,
            "description": "how often the job may be taken before it is dead"
          },
          "max_length": {
            "type": "integer",
            "minimum": 1,
            "maximum": 1000000000,
            "description": "fail with OVERLOADED, and add nothing, when more jobs than this would be ready, delayed or taken"
          }
        },
        "required": [
          "queue",
          "payload"
        ],
        "additionalProperties": false
      },
      "outputSchema": {
        "type": "object",
        "properties": {
          "id": {
            "type": "string",
            "description": "the id of the job; that of the first one for a duplicate"
          },
          "added": {
            "type": "boolean",
            "description": "false for a duplicate"
          }
        },
        "required": [
          "id",
          "added"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "destructiveHint": false,
        "openWorldHint": false
      },
      "action": {
        "kind": "bundled",
        "group": "queue",
        "operation": "add"
      },
      "environment": {},
      "directory": "",
      "tests": [
        {
          "name": "a duplicate is not added",
          "steps": [
            {
              "name": "first",
              "input": {
                "queue": "mails",
                "payload": "hello",
                "dedup_id": "welcome-7"
              }
            }
          ],
          "input": {
            "queue": "mails",
            "payload": "hello",
            "dedup_id": "welcome-7"
          },
          "expect": {
            "contains": {
              "added": false
            }
          }
        },
        {
          "name": "a full queue",
          "steps": [
            {
              "input": {
                "queue": "full",
                "payload": 1
              }
            }
          ],
          "input": {
            "queue": "full",
            "payload": 2,
            "max_length": 1
          },
          "expect": {
            "error": "OVERLOADED",
            "exit_code": 4
          }
        }
      ]
    }),
    queue_add_many: () => ({
      "name": "queue_add_many",
      "title": "Add several jobs to a queue",
      "description": "Add up to 1,000 jobs to a queue, all or none",
      "inputSchema": {
        "type": "object",
        "properties": {
          "queue": {
            "type": "string",
            "minLength": 1,
            "examples": [
              "mails"
            ],
            "description": "the queue's name"
          },
          "payloads": {
            "type": "array",
            "items": {},
            "minItems": 1,
            "maxItems": 1000,
            "description": "JSON values: what is to be done, in this order"
          },
          "delay": {
            "type": "number",
            "minimum": 0,
            "maximum": 315360000,
            "default": 0,
            "description": "seconds until the job can be taken"
          },
          "priority": {
            "type": "integer",
            "minimum": 0,
            "maximum": 100,
            "default": 0,
            "description": "jobs of a lower number are taken first; within one number, first in, first out"
          },
          "dedup_ids": {
            "type": "array",
            "items": {
              "type": "string"
            },
            "description": "a deduplication id for each payload, as of queue_add; an empty one is none"
          },
          "dedup_for": {
            "type": "integer",
            "minimum": 1,
            "maximum": 315360000,
            "default": 300,
            "description": "seconds that a deduplication id holds"
          },
          "max_attempts": {
            "type": "integer",
            "minimum": 1,
            "maximum": 1000,
            "default": 5,
            "description": "how often the job may be taken before it is dead"
          },
          "max_length": {
            "type": "integer",
            "minimum": 1,
            "maximum": 1000000000,
            "description": "fail with OVERLOADED, and add nothing, when more jobs than this would be ready, delayed or taken"
          }
        },
        "required": [
          "queue",
          "payloads"
        ],
        "additionalProperties": false
      },
      "outputSchema": {
        "type": "object",
        "properties": {
          "ids": {
            "type": "array",
            "items": {
              "type": "string"
            },
            "description": "the id of each job; that of the first one for a duplicate"
          },
          "added": {
            "type": "integer",
            "minimum": 0,
            "description": "the number of jobs that are no duplicates"
          }
        },
        "required": [
          "ids",
          "added"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "destructiveHint": false,
        "openWorldHint": false
      },
      "action": {
        "kind": "bundled",
        "group": "queue",
        "operation": "add_many"
      },
      "environment": {},
      "directory": "",
      "tests": [
        {
          "name": "adds several jobs",
          "input": {
            "queue": "letters",
            "payloads": [
              "a",
              "b",
              "c"
            ]
          },
          "expect": {
            "contains": {
              "added": 3
            }
          }
        }
      ]
    }),
    queue_take: () => ({
      "name": "queue_take",
      "title": "Take jobs from a queue",
      "description": "Take jobs from a queue to do them; then call queue_ack, or queue_nack when they failed",
      "inputSchema": {
        "type": "object",
        "properties": {
          "queue": {
            "type": "string",
            "minLength": 1,
            "examples": [
              "mails"
            ],
            "description": "the queue's name"
          },
          "count": {
            "type": "integer",
            "minimum": 1,
            "maximum": 1000,
            "default": 1,
            "description": "the most jobs to take"
          },
          "visibility": {
            "type": "number",
            "exclusiveMinimum": 0,
            "maximum": 86400,
            "default": 60,
            "description": "seconds to do the jobs; after them, without queue_ack, queue_nack or queue_extend, others can take the jobs"
          },
          "wait": {
            "type": "number",
            "minimum": 0,
            "maximum": 86400,
            "default": 0,
            "description": "the most seconds to wait"
          }
        },
        "required": [
          "queue"
        ],
        "additionalProperties": false
      },
      "outputSchema": {
        "type": "object",
        "properties": {
          "jobs": {
            "type": "array",
            "description": "the jobs; empty when none is ready",
            "items": {
              "type": "object",
              "properties": {
                "id": {
                  "type": "string"
                },
                "payload": {},
                "attempt": {
                  "type": "integer",
                  "minimum": 1,
                  "description": "1 the first time the job is taken"
                },
                "receipt": {
                  "type": "string",
                  "description": "for queue_ack, queue_nack and queue_extend; it is stale as soon as the job is taken again"
                },
                "added_at": {
                  "type": "string",
                  "description": "UTC, ISO 8601"
                },
                "visible_until_ms": {
                  "type": "integer",
                  "description": "Unix milliseconds by the clock of the server: when others can take the job"
                },
                "last_error": {
                  "type": "string",
                  "description": "why the previous attempt failed"
                }
              },
              "additionalProperties": false,
              "required": [
                "id",
                "payload",
                "attempt",
                "receipt",
                "added_at",
                "visible_until_ms"
              ]
            }
          }
        },
        "required": [
          "jobs"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "destructiveHint": false,
        "openWorldHint": false
      },
      "action": {
        "kind": "bundled",
        "group": "queue",
        "operation": "take"
      },
      "environment": {},
      "directory": "",
      "tests": [
        {
          "name": "takes jobs in the order of priority",
          "steps": [
            {
              "tool": "queue_add",
              "input": {
                "queue": "urgent",
                "payload": "later",
                "priority": 5
              }
            },
            {
              "tool": "queue_add",
              "input": {
                "queue": "urgent",
                "payload": null,
                "priority": 1
              }
            }
          ],
          "input": {
            "queue": "urgent",
            "count": 2
          },
          "expect": {
            "contains": {
              "jobs": [
                {
                  "payload": null,
                  "attempt": 1
                },
                {
                  "payload": "later",
                  "attempt": 1
                }
              ]
            }
          }
        },
        {
          "name": "an empty queue",
          "input": {
            "queue": "nothing"
          },
          "expect": {
            "equals": {
              "jobs": []
            }
          }
        }
      ]
    }),
    queue_ack: () => ({
      "name": "queue_ack",
      "title": "Acknowledge jobs",
      "description": "Remove jobs that you took and finished",
      "inputSchema": {
        "type": "object",
        "properties": {
          "queue": {
            "type": "string",
            "minLength": 1,
            "examples": [
              "mails"
            ],
            "description": "the queue's name"
          },
          "receipts": {
            "type": "array",
            "items": {
              "type": "string"
            },
            "minItems": 1,
            "maxItems": 1000,
            "description": "receipts of queue_take"
          }
        },
        "required": [
          "queue",
          "receipts"
        ],
        "additionalProperties": false
      },
      "outputSchema": {
        "type": "object",
        "properties": {
          "acked": {
            "type": "integer",
            "minimum": 0,
            "description": "the number of jobs that were removed"
          },
          "stale": {
            "type": "array",
            "items": {
              "type": "string"
            },
            "description": "the receipts that did nothing: their jobs were taken again, are dead, or are gone"
          }
        },
        "required": [
          "acked",
          "stale"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "destructiveHint": true,
        "idempotentHint": true,
        "openWorldHint": false
      },
      "action": {
        "kind": "bundled",
        "group": "queue",
        "operation": "ack"
      },
      "environment": {},
      "directory": "",
      "tests": [
        {
          "name": "a job is done once",
          "steps": [
            {
              "tool": "queue_add",
              "input": {
                "queue": "done",
                "payload": 1
              }
            },
            {
              "name": "taken",
              "tool": "queue_take",
              "input": {
                "queue": "done"
              }
            },
            {
              "input": {
                "queue": "done",
                "receipts": [
                  "{{steps.taken.jobs.0.receipt}}"
                ]
              },
              "expect": {
                "equals": {
                  "acked": 1,
                  "stale": []
                }
              }
            }
          ],
          "input": {
            "queue": "done",
            "receipts": [
              "{{steps.taken.jobs.0.receipt}}"
            ]
          },
          "expect": {
            "contains": {
              "acked": 0
            }
          }
        }
      ]
    }),
    queue_nack: () => ({
      "name": "queue_nack",
      "title": "Give jobs back",
      "description": "Give back jobs that you took and that failed, to be taken again; after max_attempts they are dead",
      "inputSchema": {
        "type": "object",
        "properties": {
          "queue": {
            "type": "string",
            "minLength": 1,
            "examples": [
              "mails"
            ],
            "description": "the queue's name"
          },
          "receipts": {
            "type": "array",
            "items": {
              "type": "string"
            },
            "minItems": 1,
            "maxItems": 1000,
            "description": "receipts of queue_take"
          },
          "delay": {
            "type": "number",
            "minimum": 0,
            "maximum": 315360000,
            "description": "seconds until the jobs can be taken again; absent: 1 after the first attempt, doubled after each further one, at most 3600"
          },
          "error": {
            "type": "string",
            "description": "why they failed, which the next worker and the dead job get as last_error; at most 1,000 characters are kept"
          }
        },
        "required": [
          "queue",
          "receipts"
        ],
        "additionalProperties": false
      },
      "outputSchema": {
        "type": "object",
        "properties": {
          "requeued": {
            "type": "integer",
            "minimum": 0,
            "description": "the number of jobs that will be taken again"
          },
          "dead": {
            "type": "integer",
            "minimum": 0,
            "description": "the number of jobs that are dead"
          },
          "stale": {
            "type": "array",
            "items": {
              "type": "string"
            },
            "description": "the receipts that did nothing: their jobs were taken again, are dead, or are gone"
          }
        },
        "required": [
          "requeued",
          "dead",
          "stale"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "destructiveHint": false,
        "openWorldHint": false
      },
      "action": {
        "kind": "bundled",
        "group": "queue",
        "operation": "nack"
      },
      "environment": {},
      "directory": "",
      "tests": [
        {
          "name": "the last attempt",
          "steps": [
            {
              "tool": "queue_add",
              "input": {
                "queue": "failing",
                "payload": 1,
                "max_attempts": 1
              }
            },
            {
              "name": "taken",
              "tool": "queue_take",
              "input": {
                "queue": "failing"
              }
            }
          ],
          "input": {
            "queue": "failing",
            "receipts": [
              "{{steps.taken.jobs.0.receipt}}"
            ],
            "error": "no such user"
          },
          "expect": {
            "equals": {
              "requeued": 0,
              "dead": 1,
              "stale": []
            }
          }
        }
      ]
    }),
    queue_extend: () => ({
      "name": "queue_extend",
      "title": "Extend the visibility of jobs",
      "description": "Keep jobs that you took for longer, so that nobody else takes them",
      "inputSchema": {
        "type": "object",
        "properties": {
          "queue": {
            "type": "string",
            "minLength": 1,
            "examples": [
              "mails"
            ],
            "description": "the queue's name"
          },
          "receipts": {
            "type": "array",
            "items": {
              "type": "string"
            },
            "minItems": 1,
            "maxItems": 1000,
            "description": "receipts of queue_take"
          },
          "visibility": {
            "type": "number",
            "exclusiveMinimum": 0,
            "maximum": 86400,
            "default": 60,
            "description": "seconds from now"
          }
        },
        "required": [
          "queue",
          "receipts"
        ],
        "additionalProperties": false
      },
      "outputSchema": {
        "type": "object",
        "properties": {
          "extended": {
            "type": "integer",
            "minimum": 0,
            "description": "the number of jobs that are kept"
          },
          "visible_until_ms": {
            "type": [
              "integer",
              "null"
            ],
            "description": "Unix milliseconds by the clock of the server; null when every receipt is stale"
          },
          "stale": {
            "type": "array",
            "items": {
              "type": "string"
            },
            "description": "the receipts that did nothing: their jobs were taken again, are dead, or are gone"
          }
        },
        "required": [
          "extended",
          "visible_until_ms",
          "stale"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "destructiveHint": false,
        "idempotentHint": true,
        "openWorldHint": false
      },
      "action": {
        "kind": "bundled",
        "group": "queue",
        "operation": "extend"
      },
      "environment": {},
      "directory": "",
      "tests": [
        {
          "name": "a stale receipt",
          "input": {
            "queue": "nothing",
            "receipts": [
              "unknown"
            ]
          },
          "expect": {
            "equals": {
              "extended": 0,
              "visible_until_ms": null,
              "stale": [
                "unknown"
              ]
            }
          }
        }
      ]
    }),
    queue_get: () => ({
      "name": "queue_get",
      "title": "Get a job",
      "description": "Read one job and its state, without taking it",
      "inputSchema": {
        "type": "object",
        "properties": {
          "queue": {
            "type": "string",
            "minLength": 1,
            "examples": [
              "mails"
            ],
            "description": "the queue's name"
          },
          "id": {
            "type": "string",
            "minLength": 1,
            "description": "the id that queue_add returned"
          }
        },
        "required": [
          "queue",
          "id"
        ],
        "additionalProperties": false
      },
      "outputSchema": {
        "type": "object",
        "properties": {
          "job": {
            "type": [
              "object",
              "null"
            ],
            "description": "the job; null when it is done or does not exist",
            "properties": {
              "id": {
                "type": "string"
              },
              "payload": {},
              "priority": {
                "type": "integer"
              },
              "attempt": {
                "type": "integer",
                "minimum": 0,
                "description": "how often it was taken"
              },
              "max_attempts": {
                "type": "integer"
              },
              "added_at": {
                "type": "string",
                "description": "UTC, ISO 8601"
              },
              "due_at_ms": {
                "type": "integer",
                "description": "of a delayed job: when it can be taken, in Unix milliseconds"
              },
              "visible_until_ms": {
                "type": "integer",
                "description": "of a taken job: when others can take it, in Unix milliseconds"
              },
              "died_at": {
                "type": "string",
                "description": "of a dead job: UTC, ISO 8601"
              },
              "last_error": {
                "type": "string",
                "description": "why the last attempt failed"
              }
            },
            "additionalProperties": false,
            "required": [
              "id",
              "payload",
              "priority",
              "attempt",
              "max_attempts",
              "added_at"
            ]
          },
          "state": {
            "type": [
              "string",
              "null"
            ],
            "enum": [
              "ready",
              "delayed",
              "taken",
              "dead",
              null
            ],
            "description": "null when there is no such job"
          },
          "found": {
            "type": "boolean"
          }
        },
        "required": [
          "job",
          "state",
          "found"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "readOnlyHint": true,
        "openWorldHint": false
      },
      "action": {
        "kind": "bundled",
        "group": "queue",
        "operation": "get"
      },
      "environment": {},
      "directory": "",
      "tests": [
        {
          "name": "a ready job",
          "steps": [
            {
              "name": "added",
              "tool": "queue_add",
              "input": {
                "queue": "looked",
                "payload": {
                  "a": 1
                }
              }
            }
          ],
          "input": {
            "queue": "looked",
            "id": "{{steps.added.id}}"
          },
          "expect": {
            "contains": {
              "found": true,
              "state": "ready",
              "job": {
                "payload": {
                  "a": 1
                },
                "attempt": 0,
                "max_attempts": 5
              }
            }
          }
        },
        {
          "name": "no such job",
          "input": {
            "queue": "looked",
            "id": "unknown"
          },
          "expect": {
            "equals": {
              "job": null,
              "state": null,
              "found": false
            }
          }
        }
      ]
    }),
    queue_cancel: () => ({
      "name": "queue_cancel",
      "title": "Cancel a job",
      "description": "Remove a job in any state; the receipt of a worker that holds it becomes stale",
      "inputSchema": {
        "type": "object",
        "properties": {
          "queue": {
            "type": "string",
            "minLength": 1,
            "examples": [
              "mails"
            ],
            "description": "the queue's name"
          },
          "id": {
            "type": "string",
            "minLength": 1,
            "description": "the id that queue_add returned"
          }
        },
        "required": [
          "queue",
          "id"
        ],
        "additionalProperties": false
      },
      "outputSchema": {
        "type": "object",
        "properties": {
          "cancelled": {
            "type": "boolean",
            "description": "false when there was no such job"
          },
          "state": {
            "type": [
              "string",
              "null"
            ],
            "enum": [
              "ready",
              "delayed",
              "taken",
              "dead",
              null
            ],
            "description": "the state that the job had"
          }
        },
        "required": [
          "cancelled",
          "state"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "destructiveHint": true,
        "idempotentHint": true,
        "openWorldHint": false
      },
      "action": {
        "kind": "bundled",
        "group": "queue",
        "operation": "cancel"
      },
      "environment": {},
      "directory": "",
      "tests": [
        {
          "name": "a delayed job",
          "steps": [
            {
              "name": "added",
              "tool": "queue_add",
              "input": {
                "queue": "plans",
                "payload": 1,
                "delay": 3600
              }
            }
          ],
          "input": {
            "queue": "plans",
            "id": "{{steps.added.id}}"
          },
          "expect": {
            "equals": {
              "cancelled": true,
              "state": "delayed"
            }
          }
        }
      ]
    }),
    queue_stats: () => ({
      "name": "queue_stats",
      "title": "Count the jobs of a queue",
      "description": "Count the jobs of a queue by state, with the age of the oldest ready one",
      "inputSchema": {
        "type": "object",
        "properties": {
          "queue": {
            "type": "string",
            "minLength": 1,
            "examples": [
              "mails"
            ],
            "description": "the queue's name"
          }
        },
        "required": [
          "queue"
        ],
        "additionalProperties": false
      },
      "outputSchema": {
        "type": "object",
        "properties": {
          "ready": {
            "type": "integer",
            "minimum": 0,
            "description": "jobs that can be taken"
          },
          "delayed": {
            "type": "integer",
            "minimum": 0,
            "description": "jobs with a delay"
          },
          "taken": {
            "type": "integer",
            "minimum": 0,
            "description": "jobs that workers hold"
          },
          "dead": {
            "type": "integer",
            "minimum": 0,
            "description": "jobs that failed max_attempts times; the newest 1,000 are kept, for 7 days"
          },
          "due": {
            "type": "integer",
            "minimum": 0,
            "description": "how many of delayed and taken are due; the next queue_take moves them"
          },
          "oldest_age_ms": {
            "type": [
              "integer",
              "null"
            ],
            "minimum": 0,
            "description": "milliseconds since the oldest ready job was added; null when none is ready"
          }
        },
        "required": [
          "ready",
          "delayed",
          "taken",
          "dead",
          "due",
          "oldest_age_ms"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "readOnlyHint": true,
        "openWorldHint": false
      },
      "action": {
        "kind": "bundled",
        "group": "queue",
        "operation": "stats"
      },
      "environment": {},
      "directory": "",
      "tests": [
        {
          "name": "counts by state",
          "steps": [
            {
              "tool": "queue_add_many",
              "input": {
                "queue": "counted",
                "payloads": [
                  1,
                  2
                ]
              }
            },
            {
              "tool": "queue_add",
              "input": {
                "queue": "counted",
                "payload": 3,
                "delay": 3600
              }
            },
            {
              "tool": "queue_take",
              "input": {
                "queue": "counted"
              }
            }
          ],
          "input": {
            "queue": "counted"
          },
          "expect": {
            "contains": {
              "ready": 1,
              "delayed": 1,
              "taken": 1,
              "dead": 0,
              "due": 0
            }
          }
        },
        {
          "name": "an empty queue",
          "input": {
            "queue": "nothing"
          },
          "expect": {
            "equals": {
              "ready": 0,
              "delayed": 0,
              "taken": 0,
              "dead": 0,
              "due": 0,
              "oldest_age_ms": null
            }
          }
        }
      ]
    }),
    queue_peek: () => ({
      "name": "queue_peek",
      "title": "List the jobs of a queue",
      "description": "List the jobs of a queue in one state, without taking them; dead ones show why they failed",
      "inputSchema": {
        "type": "object",
        "properties": {
          "queue": {
            "type": "string",
            "minLength": 1,
            "examples": [
              "mails"
            ],
            "description": "the queue's name"
          },
          "state": {
            "type": "string",
            "enum": [
              "ready",
              "delayed",
              "taken",
              "dead"
            ],
            "default": "ready",
            "description": "which jobs: ready in the order in which they will be taken, delayed and taken by the time when they are due, dead by the time of their death"
          },
          "limit": {
            "type": "integer",
            "minimum": 1,
            "maximum": 1000,
            "default": 100,
            "description": "the most jobs to list"
          },
          "cursor": {
            "type": "string",
            "description": "the cursor of the previous page; absent for the first page"
          }
        },
        "required": [
          "queue"
        ],
        "additionalProperties": false
      },
      "outputSchema": {
        "type": "object",
        "properties": {
          "jobs": {
            "type": "array",
            "items": {
              "type": "object",
              "properties": {
                "id": {
                  "type": "string"
                },
                "payload": {},
                "priority": {
                  "type": "integer"
                },
                "attempt": {
                  "type": "integer",
                  "minimum": 0,
                  "description": "how often it was taken"
                },
                "max_attempts": {
                  "type": "integer"
                },
                "added_at": {
                  "type": "string",
                  "description": "UTC, ISO 8601"
                },
                "due_at_ms": {
                  "type": "integer",
                  "description": "of a delayed job: when it can be taken, in Unix milliseconds"
                },
                "visible_until_ms": {
                  "type": "integer",
                  "description": "of a taken job: when others can take it, in Unix milliseconds"
                },
                "died_at": {
                  "type": "string",
                  "description": "of a dead job: UTC, ISO 8601"
                },
                "last_error": {
                  "type": "string",
                  "description": "why the last attempt failed"
                }
              },
              "additionalProperties": false,
              "required": [
                "id",
                "payload",
                "priority",
                "attempt",
                "max_attempts",
                "added_at"
              ]
            }
          },
          "count": {
            "type": "integer",
            "minimum": 0,
            "description": "the number of jobs on this page"
          },
          "cursor": {
            "type": [
              "string",
              "null"
            ],
            "description": "the cursor of the next page; null at the end"
          }
        },
        "required": [
          "jobs",
          "count",
          "cursor"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "readOnlyHint": true,
        "openWorldHint": false
      },
      "action": {
        "kind": "bundled",
        "group": "queue",
        "operation": "peek"
      },
      "environment": {},
      "directory": "",
      "tests": [
        {
          "name": "the next jobs",
          "steps": [
            {
              "tool": "queue_add_many",
              "input": {
                "queue": "listed",
                "payloads": [
                  "a",
                  "b"
                ]
              }
            }
          ],
          "input": {
            "queue": "listed",
            "limit": 1
          },
          "expect": {
            "contains": {
              "jobs": [
                {
                  "payload": "a"
                }
              ],
              "count": 1
            }
          }
        }
      ]
    }),
    queue_requeue: () => ({
      "name": "queue_requeue",
      "title": "Put dead jobs back",
      "description": "Make dead jobs of a queue ready again, with no attempts counted",
      "inputSchema": {
        "type": "object",
        "properties": {
          "queue": {
            "type": "string",
            "minLength": 1,
            "examples": [
              "mails"
            ],
            "description": "the queue's name"
          },
          "ids": {
            "type": "array",
            "items": {
              "type": "string"
            },
            "minItems": 1,
            "maxItems": 1000,
            "description": "the ids of the jobs; absent: those that died first"
          },
          "limit": {
            "type": "integer",
            "minimum": 1,
            "maximum": 1000,
            "default": 100,
            "description": "the most jobs to move without ids"
          }
        },
        "required": [
          "queue"
        ],
        "additionalProperties": false
      },
      "outputSchema": {
        "type": "object",
        "properties": {
          "moved": {
            "type": "integer",
            "minimum": 0,
            "description": "the number of jobs that are ready again"
          }
        },
        "required": [
          "moved"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "destructiveHint": false,
        "idempotentHint": true,
        "openWorldHint": false
      },
      "action": {
        "kind": "bundled",
        "group": "queue",
        "operation": "requeue"
      },
      "environment": {},
      "directory": "",
      "tests": [
        {
          "name": "no dead job",
          "input": {
            "queue": "nothing"
          },
          "expect": {
            "equals": {
              "moved": 0
            }
          }
        }
      ]
    }),
    queue_purge: () => ({
      "name": "queue_purge",
      "title": "Purge a queue",
      "description": "Remove all jobs of a queue, or those of one state",
      "inputSchema": {
        "type": "object",
        "properties": {
          "queue": {
            "type": "string",
            "minLength": 1,
            "examples": [
              "mails"
            ],
            "description": "the queue's name"
          },
          "state": {
            "type": "string",
            "enum": [
              "ready",
              "delayed",
              "taken",
              "dead"
            ],
            "description": "which jobs; absent: all"
          },
          "limit": {
            "type": "integer",
            "minimum": 1,
            "maximum": 10000,
            "default": 10000,
            "description": "the most jobs of one state to remove in this call"
          }
        },
        "required": [
          "queue"
        ],
        "additionalProperties": false
      },
      "outputSchema": {
        "type": "object",
        "properties": {
          "removed": {
            "type": "integer",
            "minimum": 0,
            "description": "the number of jobs that were removed"
          },
          "left": {
            "type": "integer",
            "minimum": 0,
            "description": "how many jobs of this state are left; call again until it is 0"
          }
        },
        "required": [
          "removed",
          "left"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "destructiveHint": true,
        "idempotentHint": true,
        "openWorldHint": false
      },
      "action": {
        "kind": "bundled",
        "group": "queue",
        "operation": "purge"
      },
      "environment": {},
      "directory": "",
      "tests": [
        {
          "name": "delayed jobs",
          "steps": [
            {
              "tool": "queue_add_many",
              "input": {
                "queue": "purged",
                "payloads": [
                  1,
                  2
                ],
                "delay": 60
              }
            }
          ],
          "input": {
            "queue": "purged",
            "state": "delayed"
          },
          "expect": {
            "equals": {
              "removed": 2,
              "left": 0
            }
          }
        }
      ]
    }),
    stream_append: () => ({
      "name": "stream_append",
      "title": "Append an event to a stream",
      "description": "Append an event or message to a stream, which keeps it for all readers; for a job that one worker does, use queue_add",
      "inputSchema": {
        "type": "object",
        "properties": {
          "stream": {
            "type": "string",
            "minLength": 1,
            "description": "the stream's name"
          },
          "event": {
            "description": "any JSON value"
          },
          "max_length": {
            "type": "integer",
            "minimum": 1,
            "maximum": 9007199254740991,
            "description": "keep only this many of the newest events; absent keeps all"
          },
          "ttl": {
            "type": [
              "integer",
              "null"
            ],
            "minimum": 1,
            "maximum": 315360000,
            "description": "seconds that the whole stream lives from now; null keeps it for ever; absent leaves its time to live unchanged"
          }
        },
        "required": [
          "stream",
          "event"
        ],
        "additionalProperties": false
      },
      "outputSchema": {
        "type": "object",
        "properties": {
          "id": {
            "type": "string",
            "description": "<ms>-<n>: the time in Unix milliseconds, and the number of events ever appended to the stream"
          }
        },
        "required": [
          "id"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "destructiveHint": true,
        "openWorldHint": false
      },
      "action": {
        "kind": "bundled",
        "group": "stream",
        "operation": "append"
      },
      "environment": {},
      "directory": "",
      "tests": [
        {
          "name": "counts the events in the id",
          "steps": [
            {
              "input": {
                "stream": "log",
                "event": "one"
              }
            }
          ],
          "input": {
            "stream": "log",
            "event": "two"
          },
          "expect": {
            "schema": {
              "properties": {
                "id": {
                  "type": "string",
                  "pattern": "^[0-9]+-2$"
                }
              },
              "required": [
                "id"
              ]
            }
          }
        }
      ]
    }),
    stream_read: () => ({
      "name": "stream_read",
      "title": "Read a stream from a cursor",
      "description": "Read the events after an id; with last_id as after in the next call, no event is missed; to share events among workers, use stream_take",
      "inputSchema": {
        "type": "object",
        "properties": {
          "stream": {
            "type": "string",
            "minLength": 1,
            "description": "the stream's name"
          },
          "after": {
            "type": "string",
            "minLength": 1,
            "default": "0",
            "examples": [
              "0"
            ],
            "description": "\"0\" reads from the oldest event, an id from the event after it; \"$\" reads nothing and returns the last_id of now, or with wait the events from now on"
          },
          "count": {
            "type": "integer",
            "minimum": 1,
            "maximum": 10000,
            "default": 100,
            "description": "the most events to return"
          },
          "wait": {
            "type": "number",
            "minimum": 0,
            "maximum": 86400,
            "default": 0,
            "description": "the most seconds to wait"
          }
        },
        "required": [
          "stream"
        ],
        "additionalProperties": false
      },
      "outputSchema": {
        "type": "object",
        "properties": {
          "events": {
            "type": "array",
            "items": {
              "type": "object",
              "properties": {
                "id": {
                  "type": "string"
                },
                "event": {}
              },
              "additionalProperties": false,
              "required": [
                "id",
                "event"
              ]
            },
            "description": "the oldest one first"
          },
          "last_id": {
            "type": "string",
            "description": "pass it as after to read on"
          },
          "lost": {
            "type": [
              "integer",
              "null"
            ],
            "minimum": 0,
            "description": "how many events after after were removed before they were read here; null when that is not known, because the stream was deleted or has expired, or holds entries of other programs"
          }
        },
        "required": [
          "events",
          "last_id",
          "lost"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "readOnlyHint": true,
        "openWorldHint": false
      },
      "action": {
        "kind": "bundled",
        "group": "stream",
        "operation": "read"
      },
      "environment": {},
      "directory": "",
      "tests": [
        {
          "name": "reads from a cursor",
          "steps": [
            {
              "name": "first",
              "tool": "stream_append",
              "input": {
                "stream": "news",
                "event": "a"
              }
            },
            {
              "tool": "stream_append",
              "input": {
                "stream": "news",
                "event": "b"
              }
            }
          ],
          "input": {
            "stream": "news",
            "after": "{{steps.first.id}}"
          },
          "expect": {
            "contains": {
              "events": [
                {
                  "event": "b"
                }
              ],
              "lost": 0
            }
          }
        },
        {
          "name": "an absent stream",
          "input": {
            "stream": "nothing"
          },
          "expect": {
            "equals": {
              "events": [],
              "last_id": "0",
              "lost": 0
            }
          }
        }
      ]
    }),
    stream_take: () => ({
      "name": "stream_take",
      "title": "Take events of a stream for a group",
      "description": "Take events that no other consumer of the group has; without stream_ack, they are taken again after min_idle seconds",
      "inputSchema": {
        "type": "object",
        "properties": {
          "stream": {
            "type": "string",
            "minLength": 1,
            "description": "the stream's name"
          },
          "group": {
            "type": "string",
            "minLength": 1,
            "description": "each group gets every event once; it is created when it is missing"
          },
          "consumer": {
            "type": "string",
            "minLength": 1,
            "default": "default",
            "description": "the name of the caller in the group"
          },
          "count": {
            "type": "integer",
            "minimum": 1,
            "maximum": 1000,
            "default": 1,
            "description": "the most events to take"
          },
          "min_idle": {
            "type": "number",
            "minimum": 0,
            "maximum": 31536000,
            "default": 60,
            "description": "seconds after which an event that is not acknowledged is taken again, by any consumer"
          },
          "from": {
            "type": "string",
            "minLength": 1,
            "default": "0",
            "examples": [
              "0"
            ],
            "description": "where a missing group begins: \"0\" at the oldest event, an id at the event after it, \"$\" at the events from now on"
          },
          "wait": {
            "type": "number",
            "minimum": 0,
            "maximum": 86400,
            "default": 0,
            "description": "the most seconds to wait"
          }
        },
        "required": [
          "stream",
          "group"
        ],
        "additionalProperties": false
      },
      "outputSchema": {
        "type": "object",
        "properties": {
          "events": {
            "type": "array",
            "items": {
              "type": "object",
              "properties": {
                "id": {
                  "type": "string"
                },
                "event": {},
                "deliveries": {
                  "type": "integer",
                  "minimum": 1
                }
              },
              "additionalProperties": false,
              "required": [
                "id",
                "event",
                "deliveries"
              ]
            },
            "description": "those that are taken again first; deliveries is how often the event was taken, this time included"
          },
          "lost": {
            "type": [
              "integer",
              "null"
            ],
            "minimum": 0,
            "description": "how many events were removed from the stream before this group took or acknowledged them, since the take before; null when that is not known"
          }
        },
        "required": [
          "events",
          "lost"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "destructiveHint": false,
        "openWorldHint": false
      },
      "action": {
        "kind": "bundled",
        "group": "stream",
        "operation": "take"
      },
      "environment": {},
      "directory": "",
      "tests": [
        {
          "name": "takes an event once",
          "steps": [
            {
              "tool": "stream_append",
              "input": {
                "stream": "jobs",
                "event": "a"
              }
            },
            {
              "input": {
                "stream": "jobs",
                "group": "workers"
              },
              "expect": {
                "contains": {
                  "events": [
                    {
                      "event": "a",
                      "deliveries": 1
                    }
                  ],
                  "lost": 0
                }
              }
            }
          ],
          "input": {
            "stream": "jobs",
            "group": "workers"
          },
          "expect": {
            "equals": {
              "events": [],
              "lost": 0
            }
          }
        },
        {
          "name": "takes an event again that was not acknowledged",
          "steps": [
            {
              "tool": "stream_append",
              "input": {
                "stream": "again",
                "event": "a"
              }
            },
            {
              "input": {
                "stream": "again",
                "group": "workers"
              }
            }
          ],
          "input": {
            "stream": "again",
            "group": "workers",
            "consumer": "other",
            "min_idle": 0
          },
          "expect": {
            "contains": {
              "events": [
                {
                  "event": "a",
                  "deliveries": 2
                }
              ]
            }
          }
        }
      ]
    }),
    stream_ack: () => ({
      "name": "stream_ack",
      "title": "Acknowledge events of a group",
      "description": "Acknowledge events of stream_take, so that the group does not take them again",
      "inputSchema": {
        "type": "object",
        "properties": {
          "stream": {
            "type": "string",
            "minLength": 1,
            "description": "the stream's name"
          },
          "group": {
            "type": "string",
            "minLength": 1,
            "description": "the group of the take"
          },
          "ids": {
            "type": "array",
            "items": {
              "type": "string",
              "minLength": 1
            },
            "minItems": 1,
            "maxItems": 10000,
            "examples": [
              [
                "1767225600000-1"
              ]
            ],
            "description": "ids of events"
          }
        },
        "required": [
          "stream",
          "group",
          "ids"
        ],
        "additionalProperties": false
      },
      "outputSchema": {
        "type": "object",
        "properties": {
          "acked": {
            "type": "integer",
            "minimum": 0,
            "description": "how many of them were taken and not acknowledged before"
          }
        },
        "required": [
          "acked"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "destructiveHint": true,
        "idempotentHint": true,
        "openWorldHint": false
      },
      "action": {
        "kind": "bundled",
        "group": "stream",
        "operation": "ack"
      },
      "environment": {},
      "directory": "",
      "tests": [
        {
          "name": "an id that was not taken",
          "input": {
            "stream": "nothing",
            "group": "workers",
            "ids": [
              "1767225600000-1"
            ]
          },
          "expect": {
            "equals": {
              "acked": 0
            }
          }
        },
        {
          "name": "refuses text that is no id",
          "input": {
            "stream": "nothing",
            "group": "workers",
            "ids": [
              "first"
            ]
          },
          "expect": {
            "error": "INVALID_PARAMETERS",
            "exit_code": 2
          }
        }
      ]
    }),
    stream_info: () => ({
      "name": "stream_info",
      "title": "Get the state of a stream",
      "description": "Read the length of a stream, its first and last id, and the progress of each group",
      "inputSchema": {
        "type": "object",
        "properties": {
          "stream": {
            "type": "string",
            "minLength": 1,
            "description": "the stream's name"
          }
        },
        "required": [
          "stream"
        ],
        "additionalProperties": false
      },
      "outputSchema": {
        "type": "object",
        "properties": {
          "length": {
            "type": "integer",
            "minimum": 0,
            "description": "the number of events; 0 when the stream does not exist"
          },
          "first_id": {
            "type": [
              "string",
              "null"
            ],
            "description": "the oldest event; null when there is none"
          },
          "last_id": {
            "type": [
              "string",
              "null"
            ],
            "description": "the newest event that was ever appended, also when it was removed; null when there is none"
          },
          "groups": {
            "type": "array",
            "items": {
              "type": "object",
              "properties": {
                "name": {
                  "type": "string"
                },
                "pending": {
                  "type": "integer",
                  "minimum": 0
                },
                "lag": {
                  "type": [
                    "integer",
                    "null"
                  ],
                  "minimum": 0
                }
              },
              "additionalProperties": false,
              "required": [
                "name",
                "pending",
                "lag"
              ]
            },
            "description": "pending: events that were taken and not acknowledged; lag: events that were not taken yet, null when the stream holds entries of other programs"
          }
        },
        "required": [
          "length",
          "first_id",
          "last_id",
          "groups"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "readOnlyHint": true,
        "openWorldHint": false
      },
      "action": {
        "kind": "bundled",
        "group": "stream",
        "operation": "info"
      },
      "environment": {},
      "directory": "",
      "tests": [
        {
          "name": "an absent stream",
          "input": {
            "stream": "nothing"
          },
          "expect": {
            "equals": {
              "length": 0,
              "first_id": null,
              "last_id": null,
              "groups": []
            }
          }
        }
      ]
    }),
    stream_trim: () => ({
      "name": "stream_trim",
      "title": "Remove the oldest events of a stream",
      "description": "Remove the oldest events of a stream, by length or by id",
      "inputSchema": {
        "type": "object",
        "properties": {
          "stream": {
            "type": "string",
            "minLength": 1,
            "description": "the stream's name"
          },
          "max_length": {
            "type": "integer",
            "minimum": 0,
            "maximum": 9007199254740991,
            "examples": [
              1000
            ],
            "description": "keep this many of the newest events"
          },
          "min_id": {
            "type": "string",
            "minLength": 1,
            "description": "keep the events from this id on; <Unix ms>-0 is a time"
          }
        },
        "required": [
          "stream"
        ],
        "additionalProperties": false
      },
      "outputSchema": {
        "type": "object",
        "properties": {
          "removed": {
            "type": "integer",
            "minimum": 0,
            "description": "the number of events that were removed"
          }
        },
        "required": [
          "removed"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "destructiveHint": true,
        "idempotentHint": true,
        "openWorldHint": false
      },
      "action": {
        "kind": "bundled",
        "group": "stream",
        "operation": "trim"
      },
      "environment": {},
      "directory": "",
      "tests": [
        {
          "name": "keeps the newest events",
          "steps": [
            {
              "tool": "stream_append",
              "input": {
                "stream": "short",
                "event": "a"
              }
            },
            {
              "tool": "stream_append",
              "input": {
                "stream": "short",
                "event": "b"
              }
            }
          ],
          "input": {
            "stream": "short",
            "max_length": 1
          },
          "expect": {
            "equals": {
              "removed": 1
            }
          }
        },
        {
          "name": "refuses to guess",
          "input": {
            "stream": "short"
          },
          "expect": {
            "error": "INVALID_PARAMETERS",
            "exit_code": 2
          }
        }
      ]
    }),
    stream_delete: () => ({
      "name": "stream_delete",
      "title": "Delete a stream",
      "description": "Delete a stream and its groups; a new stream of the same name counts from 1",
      "inputSchema": {
        "type": "object",
        "properties": {
          "stream": {
            "type": "string",
            "minLength": 1,
            "description": "the stream's name"
          }
        },
        "required": [
          "stream"
        ],
        "additionalProperties": false
      },
      "outputSchema": {
        "type": "object",
        "properties": {
          "deleted": {
            "type": "boolean",
            "description": "true when the stream existed"
          }
        },
        "required": [
          "deleted"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "destructiveHint": true,
        "idempotentHint": true,
        "openWorldHint": false
      },
      "action": {
        "kind": "bundled",
        "group": "stream",
        "operation": "delete"
      },
      "environment": {},
      "directory": "",
      "tests": [
        {
          "name": "an absent stream",
          "input": {
            "stream": "nothing"
          },
          "expect": {
            "equals": {
              "deleted": false
            }
          }
        }
      ]
    }),
    rate_limit_check: () => ({
      "name": "rate_limit_check",
      "title": "Check a rate limit (fixed window)",
      "description": "Count a request against a limit per fixed time window, aligned to the server's clock; bursts at the border of two windows can reach twice the limit",
      "inputSchema": {
        "type": "object",
        "properties": {
          "identifier": {
            "type": "string",
            "minLength": 1,
            "examples": [
              "ada"
            ],
            "description": "the user or the thing that the limit applies to"
          },
          "limit": {
            "type": "integer",
            "minimum": 1,
            "maximum": 1000000000,
            "description": "the highest total cost in one window"
          },
          "window_seconds": {
            "type": "integer",
            "minimum": 1,
            "maximum": 31536000,
            "description": "the length of the window in seconds"
          },
          "cost": {
            "type": "integer",
            "minimum": 0,
            "maximum": 1000000000,
            "default": 1,
            "description": "the cost of this request, at most the limit; 0 counts nothing, and answers for a cost of 1"
          },
          "wait": {
            "type": "number",
            "minimum": 0,
            "maximum": 86400,
            "default": 0,
            "description": "the most seconds to wait until the request is allowed; a call that cannot be allowed within them is denied at once"
          }
        },
        "required": [
          "identifier",
          "limit",
          "window_seconds"
        ],
        "additionalProperties": false
      },
      "outputSchema": {
        "type": "object",
        "properties": {
          "allowed": {
            "type": "boolean",
            "description": "true when the request is allowed; a denied request is not counted"
          },
          "current": {
            "type": "integer",
            "minimum": 0,
            "description": "the cost used in the window after this call"
          },
          "limit": {
            "type": "integer"
          },
          "remaining": {
            "type": "integer",
            "minimum": 0
          },
          "reset_at": {
            "type": "integer",
            "description": "Unix seconds, rounded up: when the whole limit is available again without further requests"
          },
          "retry_after_ms": {
            "type": "integer",
            "minimum": 0,
            "description": "0 when allowed; else milliseconds until this cost could be allowed"
          }
        },
        "required": [
          "allowed",
          "current",
          "limit",
          "remaining",
          "reset_at",
          "retry_after_ms"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "destructiveHint": false,
        "openWorldHint": false
      },
      "action": {
        "kind": "bundled",
        "group": "rate_limit",
        "operation": "check"
      },
      "environment": {},
      "directory": "",
      "tests": [
        {
          "name": "allows requests up to the limit",
          "steps": [
            {
              "input": {
                "identifier": "ada",
                "limit": 2,
                "window_seconds": 3600,
                "cost": 2
              },
              "expect": {
                "contains": {
                  "allowed": true,
                  "remaining": 0
                }
              }
            }
          ],
          "input": {
            "identifier": "ada",
            "limit": 2,
            "window_seconds": 3600
          },
          "expect": {
            "contains": {
              "allowed": false,
              "current": 2
            }
          }
        },
        {
          "name": "looks without counting",
          "input": {
            "identifier": "idle",
            "limit": 2,
            "window_seconds": 3600,
            "cost": 0
          },
          "expect": {
            "contains": {
              "allowed": true,
              "current": 0,
              "remaining": 2
            }
          }
        }
      ]
    }),
    rate_limit_sliding_window: () => ({
      "name": "rate_limit_sliding_window",
      "title": "Check a rate limit (sliding window)",
      "description": "Count a request against a limit per sliding time window; never exceeds the limit, and stores each allowed request",
      "inputSchema": {
        "type": "object",
        "properties": {
          "identifier": {
            "type": "string",
            "minLength": 1,
            "examples": [
              "ada"
            ],
            "description": "the user or the thing that the limit applies to"
          },
          "limit": {
            "type": "integer",
            "minimum": 1,
            "maximum": 1000000000,
            "description": "the highest total cost in one window"
          },
          "window_seconds": {
            "type": "integer",
            "minimum": 1,
            "maximum": 31536000,
            "description": "the length of the window in seconds"
          },
          "cost": {
            "type": "integer",
            "minimum": 0,
            "maximum": 1000000000,
            "default": 1,
            "description": "the cost of this request, at most the limit; 0 counts nothing, and answers for a cost of 1"
          },
          "wait": {
            "type": "number",
            "minimum": 0,
            "maximum": 86400,
            "default": 0,
            "description": "the most seconds to wait until the request is allowed; a call that cannot be allowed within them is denied at once"
          }
        },
        "required": [
          "identifier",
          "limit",
          "window_seconds"
        ],
        "additionalProperties": false
      },
      "outputSchema": {
        "type": "object",
        "properties": {
          "allowed": {
            "type": "boolean",
            "description": "true when the request is allowed; a denied request is not counted"
          },
          "current": {
            "type": "integer",
            "minimum": 0,
            "description": "the cost used in the window after this call"
          },
          "limit": {
            "type": "integer"
          },
          "remaining": {
            "type": "integer",
            "minimum": 0
          },
          "reset_at": {
            "type": "integer",
            "description": "Unix seconds, rounded up: when the whole limit is available again without further requests"
          },
          "retry_after_ms": {
            "type": "integer",
            "minimum": 0,
            "description": "0 when allowed; else milliseconds until this cost could be allowed"
          }
        },
        "required": [
          "allowed",
          "current",
          "limit",
          "remaining",
          "reset_at",
          "retry_after_ms"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "destructiveHint": false,
        "openWorldHint": false
      },
      "action": {
        "kind": "bundled",
        "group": "rate_limit",
        "operation": "sliding_window"
      },
      "environment": {},
      "directory": "",
      "tests": [
        {
          "name": "allows requests up to the limit",
          "steps": [
            {
              "input": {
                "identifier": "ada",
                "limit": 2,
                "window_seconds": 3600,
                "cost": 2
              },
              "expect": {
                "contains": {
                  "allowed": true,
                  "remaining": 0
                }
              }
            }
          ],
          "input": {
            "identifier": "ada",
            "limit": 2,
            "window_seconds": 3600
          },
          "expect": {
            "contains": {
              "allowed": false,
              "current": 2
            }
          }
        }
      ]
    }),
    rate_limit_token_bucket: () => ({
      "name": "rate_limit_token_bucket",
      "title": "Check a rate limit (token bucket)",
      "description": "Take tokens from a bucket that refills at a constant rate; allows a burst, then a steady rate",
      "inputSchema": {
        "type": "object",
        "properties": {
          "identifier": {
            "type": "string",
            "minLength": 1,
            "examples": [
              "ada"
            ],
            "description": "the user or the thing that the limit applies to"
          },
          "capacity": {
            "type": "integer",
            "minimum": 1,
            "maximum": 1000000000,
            "description": "the tokens in a full bucket, which is the largest burst"
          },
          "refill_per_second": {
            "type": "number",
            "minimum": 0.000001,
            "maximum": 1000000000,
            "examples": [
              0.5
            ],
            "description": "the tokens that are added in a second, rounded to millionths"
          },
          "cost": {
            "type": "integer",
            "minimum": 0,
            "maximum": 1000000000,
            "default": 1,
            "description": "the tokens to take, at most the capacity; 0 takes none, and answers for 1"
          },
          "wait": {
            "type": "number",
            "minimum": 0,
            "maximum": 86400,
            "default": 0,
            "description": "the most seconds to wait until the request is allowed; a call that cannot be allowed within them is denied at once"
          }
        },
        "required": [
          "identifier",
          "capacity",
          "refill_per_second"
        ],
        "additionalProperties": false
      },
      "outputSchema": {
        "type": "object",
        "properties": {
          "allowed": {
            "type": "boolean",
            "description": "true when the tokens were there; a denied request takes none"
          },
          "current": {
            "type": "integer",
            "minimum": 0,
            "description": "the tokens that the bucket lacks after this call, rounded up"
          },
          "limit": {
            "type": "integer",
            "description": "the capacity"
          },
          "remaining": {
            "type": "integer",
            "minimum": 0,
            "description": "the whole tokens in the bucket"
          },
          "reset_at": {
            "type": "integer",
            "description": "Unix seconds, rounded up: when the bucket is full without further requests"
          },
          "retry_after_ms": {
            "type": "integer",
            "minimum": 0,
            "description": "0 when allowed; else milliseconds until this cost could be allowed"
          }
        },
        "required": [
          "allowed",
          "current",
          "limit",
          "remaining",
          "reset_at",
          "retry_after_ms"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "destructiveHint": false,
        "openWorldHint": false
      },
      "action": {
        "kind": "bundled",
        "group": "rate_limit",
        "operation": "token_bucket"
      },
      "environment": {},
      "directory": "",
      "tests": [
        {
          "name": "allows a burst",
          "steps": [
            {
              "input": {
                "identifier": "ada",
                "capacity": 5,
                "refill_per_second": 0.001,
                "cost": 5
              },
              "expect": {
                "contains": {
                  "allowed": true,
                  "remaining": 0
                }
              }
            }
          ],
          "input": {
            "identifier": "ada",
            "capacity": 5,
            "refill_per_second": 0.001
          },
          "expect": {
            "contains": {
              "allowed": false,
              "current": 5,
              "limit": 5
            }
          }
        },
        {
          "name": "refuses a cost above the capacity",
          "input": {
            "identifier": "ada",
            "capacity": 5,
            "refill_per_second": 1,
            "cost": 6
          },
          "expect": {
            "error": "INVALID_PARAMETERS",
            "exit_code": 2
          }
        }
      ]
    }),
    rate_limit_combined: () => ({
      "name": "rate_limit_combined",
      "title": "Check several rate limits at once",
      "description": "Count a request against several sliding windows at once, in all of them or in none",
      "inputSchema": {
        "type": "object",
        "properties": {
          "identifier": {
            "type": "string",
            "minLength": 1,
            "examples": [
              "ada"
            ],
            "description": "the user or the thing that the limit applies to"
          },
          "limits": {
            "type": "array",
            "items": {
              "type": "object",
              "properties": {
                "limit": {
                  "type": "integer",
                  "minimum": 1,
                  "maximum": 1000000000,
                  "description": "the highest total cost in one window"
                },
                "window_seconds": {
                  "type": "integer",
                  "minimum": 1,
                  "maximum": 31536000,
                  "description": "the length of the window in seconds"
                }
              },
              "additionalProperties": false,
              "required": [
                "limit",
                "window_seconds"
              ]
            },
            "minItems": 1,
            "maxItems": 10,
            "examples": [
              [
                {
                  "limit": 10,
                  "window_seconds": 1
                },
                {
                  "limit": 1000,
                  "window_seconds": 3600
                }
              ]
            ],
            "description": "the limits, each with another window"
          },
          "cost": {
            "type": "integer",
            "minimum": 0,
            "maximum": 1000000000,
            "default": 1,
            "description": "the cost of this request, at most the limit; 0 counts nothing, and answers for a cost of 1"
          },
          "wait": {
            "type": "number",
            "minimum": 0,
            "maximum": 86400,
            "default": 0,
            "description": "the most seconds to wait until the request is allowed; a call that cannot be allowed within them is denied at once"
          }
        },
        "required": [
          "identifier",
          "limits"
        ],
        "additionalProperties": false
      },
      "outputSchema": {
        "type": "object",
        "properties": {
          "allowed": {
            "type": "boolean",
            "description": "true when every limit allows the request; a denied request is counted in no window"
          },
          "blocking": {
            "type": [
              "integer",
              "null"
            ],
            "description": "window_seconds of the limit that denies the request for the longest time; null when allowed"
          },
          "limits": {
            "type": "array",
            "items": {
              "type": "object",
              "properties": {
                "limit": {
                  "type": "integer"
                },
                "window_seconds": {
                  "type": "integer"
                },
                "current": {
                  "type": "integer",
                  "minimum": 0,
                  "description": "the cost used in the window after this call"
                },
                "remaining": {
                  "type": "integer",
                  "minimum": 0
                },
                "reset_at": {
                  "type": "integer",
                  "description": "Unix seconds, rounded up: when the whole limit is available again without further requests"
                },
                "retry_after_ms": {
                  "type": "integer",
                  "minimum": 0,
                  "description": "milliseconds until this limit allows the cost"
                }
              },
              "additionalProperties": false,
              "required": [
                "limit",
                "window_seconds",
                "current",
                "remaining",
                "reset_at",
                "retry_after_ms"
              ]
            },
            "description": "in the order of the parameter"
          },
          "retry_after_ms": {
            "type": "integer",
            "minimum": 0,
            "description": "0 when allowed; else milliseconds until this cost could be allowed"
          }
        },
        "required": [
          "allowed",
          "blocking",
          "limits",
          "retry_after_ms"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "destructiveHint": false,
        "openWorldHint": false
      },
      "action": {
        "kind": "bundled",
        "group": "rate_limit",
        "operation": "combined"
      },
      "environment": {},
      "directory": "",
      "tests": [
        {
          "name": "counts in all windows or in none",
          "steps": [
            {
              "input": {
                "identifier": "bob",
                "limits": [
                  {
                    "limit": 1,
                    "window_seconds": 3600
                  },
                  {
                    "limit": 5,
                    "window_seconds": 86400
                  }
                ]
              },
              "expect": {
                "contains": {
                  "allowed": true,
                  "blocking": null
                }
              }
            },
            {
              "tool": "rate_limit_sliding_window",
              "input": {
                "identifier": "bob",
                "limit": 5,
                "window_seconds": 86400,
                "cost": 0
              },
              "expect": {
                "contains": {
                  "current": 1
                }
              }
            }
          ],
          "input": {
            "identifier": "bob",
            "limits": [
              {
                "limit": 1,
                "window_seconds": 3600
              },
              {
                "limit": 5,
                "window_seconds": 86400
              }
            ]
          },
          "expect": {
            "contains": {
              "allowed": false,
              "blocking": 3600
            }
          }
        }
      ]
    }),
    rate_limit_reset: () => ({
      "name": "rate_limit_reset",
      "title": "Reset the rate limits of an identifier",
      "description": "Forget all requests of an identifier, in all its windows and its bucket",
      "inputSchema": {
        "type": "object",
        "properties": {
          "identifier": {
            "type": "string",
            "minLength": 1,
            "examples": [
              "ada"
            ],
            "description": "the user or the thing that the limit applies to"
          }
        },
        "required": [
          "identifier"
        ],
        "additionalProperties": false
      },
      "outputSchema": {
        "type": "object",
        "properties": {
          "reset": {
            "type": "integer",
            "minimum": 0,
            "description": "the number of windows and buckets that were removed"
          }
        },
        "required": [
          "reset"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "destructiveHint": true,
        "idempotentHint": true,
        "openWorldHint": false
      },
      "action": {
        "kind": "bundled",
        "group": "rate_limit",
        "operation": "reset"
      },
      "environment": {},
      "directory": "",
      "tests": [
        {
          "name": "removes all windows",
          "steps": [
            {
              "tool": "rate_limit_check",
              "input": {
                "identifier": "eve",
                "limit": 1,
                "window_seconds": 3600
              }
            },
            {
              "tool": "rate_limit_sliding_window",
              "input": {
                "identifier": "eve",
                "limit": 1,
                "window_seconds": 60
              }
            },
            {
              "input": {
                "identifier": "eve"
              },
              "expect": {
                "equals": {
                  "reset": 2
                }
              }
            }
          ],
          "input": {
            "identifier": "eve"
          },
          "expect": {
            "equals": {
              "reset": 0
            }
          }
        }
      ]
    }),
    state_list: () => ({
      "name": "state_list",
      "title": "List structures of a kind",
      "description": "List the names, sizes and times to live of all structures of one kind, page by page, without contents",
      "inputSchema": {
        "type": "object",
        "properties": {
          "kind": {
            "type": "string",
            "enum": [
              "cache",
              "list",
              "hash",
              "set",
              "sorted_set",
              "session",
              "lock",
              "queue",
              "stream",
              "rate_limit"
            ],
            "description": "the kind of structure"
          },
          "pattern": {
            "type": "string",
            "minLength": 1,
            "default": "*",
            "description": "a glob for names: * matches any text, ? one character, [ab] one of these characters; \\* matches a star"
          },
          "limit": {
            "type": "integer",
            "minimum": 1,
            "maximum": 10000,
            "default": 100,
            "description": "stop after about this many structures; a page may hold a few more or fewer"
          },
          "cursor": {
            "type": "string",
            "minLength": 1,
            "maxLength": 100,
            "description": "the cursor of the previous page; absent for the first page"
          }
        },
        "required": [
          "kind"
        ],
        "additionalProperties": false
      },
      "outputSchema": {
        "type": "object",
        "properties": {
          "entries": {
            "type": "array",
            "items": {
              "type": "object",
              "properties": {
                "name": {
                  "type": "string"
                },
                "ttl_ms": {
                  "type": [
                    "integer",
                    "null"
                  ],
                  "minimum": 0
                },
                "size": {
                  "type": "integer",
                  "minimum": 0
                }
              },
              "additionalProperties": false,
              "required": [
                "name",
                "ttl_ms",
                "size"
              ]
            },
            "description": "ttl_ms: milliseconds left, null for ever; size: bytes of a cached value, elements of a list, set, hash, sorted set or stream, top-level fields of a session, jobs of a queue, 1 for a held lock, and the windows and buckets of the identifier of a rate limit"
          },
          "count": {
            "type": "integer",
            "minimum": 0
          },
          "cursor": {
            "type": [
              "string",
              "null"
            ],
            "description": "pass it to get the next page; null at the end"
          }
        },
        "required": [
          "entries",
          "count",
          "cursor"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "readOnlyHint": true,
        "openWorldHint": false
      },
      "action": {
        "kind": "bundled",
        "group": "state",
        "operation": "list"
      },
      "environment": {},
      "directory": "",
      "tests": [
        {
          "name": "lists by pattern",
          "steps": [
            {
              "tool": "list_push",
              "input": {
                "key": "work:1",
                "values": [
                  "a",
                  "b"
                ],
                "ttl": null
              }
            },
            {
              "tool": "list_push",
              "input": {
                "key": "other",
                "values": [
                  "a"
                ]
              }
            }
          ],
          "input": {
            "kind": "list",
            "pattern": "work:*"
          },
          "expect": {
            "equals": {
              "entries": [
                {
                  "name": "work:1",
                  "ttl_ms": null,
                  "size": 2
                }
              ],
              "count": 1,
              "cursor": null
            }
          }
        }
      ]
    }),
};
