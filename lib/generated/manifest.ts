// Written by `npm run generate` from gantz.yaml and tools/lua; changes here are lost.

import type { Manifest } from '../manifest/manifest.ts';

/** gantz.yaml, loaded: the manifest `builtin:redis`. */
export const BUNDLED_MANIFEST: Manifest = {
  "name": "redis-tools",
  "description": "Fast state for AI agents on Redis. Cache, lists, hashes, sets, sessions, pub/sub and rate limits.",
  "version": "0.1.0",
  "file": "builtin:redis",
  "directory": "",
  "env": {
    "REDIS_URL": "${REDIS_URL:-embedded:}"
  },
  "tools": [
    {
      "name": "cache_get",
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
            "description": "the stored value; null when there is none"
          },
          "found": {
            "type": "boolean",
            "description": "whether the key is there; tells a stored null from nothing"
          }
        },
        "required": [
          "value",
          "found"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "readOnlyHint": true
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
          "name": "nothing there",
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
    },
    {
      "name": "cache_set",
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
            "description": "any JSON value"
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
            "description": "write only when the key is absent or is present"
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
            "description": "false when only_if kept it from being written"
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
        "idempotentHint": true
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
    },
    {
      "name": "cache_delete",
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
            "description": "whether there was something to delete"
          }
        },
        "required": [
          "deleted"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "destructiveHint": true,
        "idempotentHint": true
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
          "name": "deletes once",
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
    },
    {
      "name": "cache_exists",
      "description": "Tell whether a key is there",
      "inputSchema": {
        "type": "object",
        "properties": {
          "key": {
            "type": "string",
            "minLength": 1,
            "description": "the key to look for"
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
        "readOnlyHint": true
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
          "name": "tells",
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
    },
    {
      "name": "cache_ttl",
      "description": "Tell how long a key has left to live",
      "inputSchema": {
        "type": "object",
        "properties": {
          "key": {
            "type": "string",
            "minLength": 1,
            "description": "the key to look at"
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
            "description": "seconds left, rounded up; null when persistent or not there"
          },
          "ttl_ms": {
            "type": [
              "integer",
              "null"
            ],
            "description": "milliseconds left; null when persistent or not there"
          },
          "persistent": {
            "type": "boolean",
            "description": "whether it lives for ever"
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
        "readOnlyHint": true
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
          "name": "a key for ever",
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
    },
    {
      "name": "cache_keys",
      "description": "List the keys that match a pattern, page by page",
      "inputSchema": {
        "type": "object",
        "properties": {
          "pattern": {
            "type": "string",
            "minLength": 1,
            "default": "*",
            "description": "a glob: * any text, ? one character, [ab] one of them; \\* is a literal star"
          },
          "limit": {
            "type": "integer",
            "minimum": 1,
            "maximum": 100000,
            "default": 1000,
            "description": "where scanning stops; a page may hold a few more"
          },
          "cursor": {
            "type": "string",
            "pattern": "^[0-9]{1,20}$",
            "description": "the cursor of the page before"
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
            "description": "give it back for the next page; null at the end"
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
        "readOnlyHint": true
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
    },
    {
      "name": "cache_increment",
      "description": "Add to an integer, atomically; a key that is not there counts from 0",
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
            "description": "how much to add; negative to subtract"
          },
          "ttl": {
            "type": [
              "integer",
              "null"
            ],
            "minimum": 1,
            "maximum": 315360000,
            "description": "seconds to live from now; null for ever; absent leaves it as it is"
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
            "description": "the value after adding"
          }
        },
        "required": [
          "value"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "destructiveHint": false
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
                  "value": 1
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
              "value": 42
            }
          }
        }
      ]
    },
    {
      "name": "list_push",
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
            "description": "true pushes at the head, so that the last value ends up first; false at the tail"
          },
          "ttl": {
            "type": [
              "integer",
              "null"
            ],
            "minimum": 1,
            "maximum": 315360000,
            "description": "seconds to live from now; null for ever; absent leaves it as it is"
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
            "description": "the length of the list after the push"
          }
        },
        "required": [
          "length"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "destructiveHint": false
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
          "name": "gives the length",
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
        }
      ]
    },
    {
      "name": "list_pop",
      "description": "Take one value off a list",
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
            "description": "true takes the head; false the tail"
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
            "description": "whether there was a value; a popped null is found"
          }
        },
        "required": [
          "value",
          "found"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "destructiveHint": true
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
    },
    {
      "name": "list_range",
      "description": "Read a part of a list",
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
        "readOnlyHint": true
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
          "name": "in order",
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
    },
    {
      "name": "list_delete",
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
            "description": "whether there was a list to delete"
          }
        },
        "required": [
          "deleted"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "destructiveHint": true,
        "idempotentHint": true
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
          "name": "nothing there",
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
    },
    {
      "name": "hash_set",
      "description": "Set fields of a hash; other fields stay",
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
            "description": "field → JSON value"
          },
          "ttl": {
            "type": [
              "integer",
              "null"
            ],
            "minimum": 1,
            "maximum": 315360000,
            "description": "seconds to live from now; null for ever; absent leaves it as it is"
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
            "description": "how many fields were written"
          }
        },
        "required": [
          "fields"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "destructiveHint": true,
        "idempotentHint": true
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
          "name": "counts what it wrote",
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
    },
    {
      "name": "hash_get",
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
            "description": "the field to read (the empty string is a field); absent reads the whole hash"
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
            "description": "with field: its value; null when it is not there"
          },
          "data": {
            "type": "object",
            "description": "without field: every field with its value"
          },
          "found": {
            "type": "boolean",
            "description": "whether the field or the hash is there"
          }
        },
        "required": [
          "found"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "readOnlyHint": true
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
          "name": "one field and all",
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
    },
    {
      "name": "hash_delete",
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
            "description": "how many fields are gone"
          }
        },
        "required": [
          "deleted"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "destructiveHint": true,
        "idempotentHint": true
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
          "name": "one field",
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
    },
    {
      "name": "set_add",
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
            "description": "seconds to live from now; null for ever; absent leaves it as it is"
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
            "description": "how many were new"
          }
        },
        "required": [
          "added"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "destructiveHint": false,
        "idempotentHint": true
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
          "name": "counts what is new",
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
    },
    {
      "name": "set_remove",
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
            "description": "how many were there"
          }
        },
        "required": [
          "removed"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "destructiveHint": true,
        "idempotentHint": true
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
          "name": "counts what was there",
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
    },
    {
      "name": "set_members",
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
            "description": "where scanning stops; a page may hold more"
          },
          "cursor": {
            "type": "string",
            "pattern": "^[0-9]{1,20}$",
            "description": "the cursor of the page before"
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
            "description": "give it back for the next page; null at the end"
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
        "readOnlyHint": true
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
          "name": "lists",
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
    },
    {
      "name": "set_is_member",
      "description": "Tell whether a value is a member of a set",
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
        "readOnlyHint": true
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
          "name": "a number is not its text",
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
    },
    {
      "name": "set_delete",
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
            "description": "whether there was a set to delete"
          }
        },
        "required": [
          "deleted"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "destructiveHint": true,
        "idempotentHint": true
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
          "name": "a whole set",
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
    },
    {
      "name": "session_create",
      "description": "Start a session and get its random id",
      "inputSchema": {
        "type": "object",
        "properties": {
          "data": {
            "type": "object",
            "default": {},
            "description": "the session's first data"
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
            "description": "1; every update adds one"
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
        "destructiveHint": false
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
    },
    {
      "name": "session_get",
      "description": "Read a session",
      "inputSchema": {
        "type": "object",
        "properties": {
          "session_id": {
            "type": "string",
            "minLength": 1,
            "description": "the id that session_create gave"
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
            "description": "null when it is not there",
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
            "description": "seconds left, rounded up; null when it lives for ever or is not there"
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
        "readOnlyHint": true
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
          "name": "reads what was created",
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
    },
    {
      "name": "session_update",
      "description": "Change the data of a session; it keeps its remaining time to live",
      "inputSchema": {
        "type": "object",
        "properties": {
          "session_id": {
            "type": "string",
            "minLength": 1,
            "description": "the id that session_create gave"
          },
          "data": {
            "type": "object",
            "description": "fields to set; null is a value, it deletes nothing"
          },
          "merge": {
            "type": "boolean",
            "default": true,
            "description": "true sets these top-level fields and keeps the others; false replaces all data"
          },
          "expected_revision": {
            "type": "integer",
            "minimum": 1,
            "description": "fail with CONFLICT unless this is the present revision"
          }
        },
        "required": [
          "session_id",
          "data"
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
        "destructiveHint": true
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
          "name": "merges and counts",
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
          "name": "brings nothing back",
          "input": {
            "session_id": "nobody",
            "data": {}
          },
          "expect": {
            "error": "NOT_FOUND",
            "exit_code": 1
          }
        }
      ]
    },
    {
      "name": "session_delete",
      "description": "End a session",
      "inputSchema": {
        "type": "object",
        "properties": {
          "session_id": {
            "type": "string",
            "minLength": 1,
            "description": "the id that session_create gave"
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
            "description": "whether there was a session to end"
          }
        },
        "required": [
          "deleted"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "destructiveHint": true,
        "idempotentHint": true
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
          "name": "ends",
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
    },
    {
      "name": "session_extend",
      "description": "Set how long a session has left to live, shorter too",
      "inputSchema": {
        "type": "object",
        "properties": {
          "session_id": {
            "type": "string",
            "minLength": 1,
            "description": "the id that session_create gave"
          },
          "ttl": {
            "type": [
              "integer",
              "null"
            ],
            "minimum": 1,
            "maximum": 315360000,
            "default": 3600,
            "description": "seconds from now; null keeps it for ever"
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
        "idempotentHint": true
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
          "name": "shorter too",
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
    },
    {
      "name": "pubsub_publish",
      "description": "Send a JSON message to the present subscribers of a channel",
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
            "description": "how many received it"
          }
        },
        "required": [
          "channel",
          "subscribers"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "destructiveHint": false
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
          "name": "nobody listens",
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
    },
    {
      "name": "pubsub_subscribe",
      "description": "Wait for messages of a channel, or of all channels that match a pattern",
      "inputSchema": {
        "type": "object",
        "properties": {
          "channel": {
            "type": "string",
            "minLength": 1,
            "examples": [
              "news"
            ],
            "description": "the channel's name; give this or pattern"
          },
          "pattern": {
            "type": "string",
            "minLength": 1,
            "description": "a glob over channel names; \\* is a literal star"
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
            "description": "seconds to wait at the most"
          },
          "subscription_id": {
            "type": "string",
            "minLength": 1,
            "description": "a name of your own to end it by; random when absent"
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
            "description": "in the order of their arrival; empty when they were printed as they came"
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
            "description": "what ended it"
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
        "readOnlyHint": true
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
    },
    {
      "name": "pubsub_unsubscribe",
      "description": "End subscriptions, whichever process holds them, by channel, pattern or subscription id",
      "inputSchema": {
        "type": "object",
        "properties": {
          "channel": {
            "type": "string",
            "minLength": 1,
            "examples": [
              "news"
            ],
            "description": "end those of this channel; patterns that match it go on"
          },
          "pattern": {
            "type": "string",
            "minLength": 1,
            "description": "end those of exactly this pattern"
          },
          "subscription_id": {
            "type": "string",
            "minLength": 1,
            "description": "end the one of this id"
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
            "description": "how many subscriptions were told to end"
          }
        },
        "required": [
          "unsubscribed"
        ],
        "additionalProperties": false
      },
      "annotations": {
        "destructiveHint": true,
        "idempotentHint": true
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
          "name": "nobody to end",
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
    },
    {
      "name": "rate_limit_check",
      "description": "Count a request against a limit per fixed window of time; the window is aligned to the server's clock",
      "inputSchema": {
        "type": "object",
        "properties": {
          "identifier": {
            "type": "string",
            "minLength": 1,
            "examples": [
              "ada"
            ],
            "description": "whose limit it is"
          },
          "limit": {
            "type": "integer",
            "minimum": 1,
            "maximum": 1000000000,
            "description": "how much one window allows"
          },
          "window_seconds": {
            "type": "integer",
            "minimum": 1,
            "maximum": 31536000,
            "description": "the length of the window"
          },
          "cost": {
            "type": "integer",
            "minimum": 1,
            "maximum": 1000000000,
            "default": 1,
            "description": "how much this request counts; at most limit"
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
            "description": "a denied request costs nothing"
          },
          "current": {
            "type": "integer",
            "minimum": 0,
            "description": "what is used after this call"
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
            "description": "Unix seconds, rounded up: when all of the limit is free again if nobody asks"
          },
          "retry_after_ms": {
            "type": "integer",
            "minimum": 0,
            "description": "0 when allowed; else when this cost would fit"
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
        "destructiveHint": false
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
          "name": "allows the limit and no more",
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
    },
    {
      "name": "rate_limit_sliding_window",
      "description": "Count a request against a limit per sliding window of time, from an exact log of the allowed ones",
      "inputSchema": {
        "type": "object",
        "properties": {
          "identifier": {
            "type": "string",
            "minLength": 1,
            "examples": [
              "ada"
            ],
            "description": "whose limit it is"
          },
          "limit": {
            "type": "integer",
            "minimum": 1,
            "maximum": 1000000000,
            "description": "how much one window allows"
          },
          "window_seconds": {
            "type": "integer",
            "minimum": 1,
            "maximum": 31536000,
            "description": "the length of the window"
          },
          "cost": {
            "type": "integer",
            "minimum": 1,
            "maximum": 1000000000,
            "default": 1,
            "description": "how much this request counts; at most limit"
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
            "description": "a denied request costs nothing"
          },
          "current": {
            "type": "integer",
            "minimum": 0,
            "description": "what is used after this call"
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
            "description": "Unix seconds, rounded up: when all of the limit is free again if nobody asks"
          },
          "retry_after_ms": {
            "type": "integer",
            "minimum": 0,
            "description": "0 when allowed; else when this cost would fit"
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
        "destructiveHint": false
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
          "name": "allows the limit and no more",
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
    }
  ],
  "toolsets": {},
  "warnings": [],
  "sources": []
};
