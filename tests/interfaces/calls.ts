/** The name of a tool and the JSON text of its parameters. `$SESSION` is replaced by the id of the last created session. */
export type WrittenCall = readonly [tool: string, params: string];

/** The manifest of the calls. */
export const MANIFEST = `name: interfaces
include: [builtin:redis]
tools:
  - name: say
    description: Prints text
    parameters: [{ name: text, type: string, required: true }]
    script: { shell: "printf %s {{text}}" }
  - name: sum
    description: Adds numbers
    parameters:
      - { name: numbers, type: array, items: { type: integer }, required: true }
      - { name: exact, type: boolean, default: true }
    returns: [{ name: sum, type: integer }]
    script: { shell: "echo '{\\"success\\":true,\\"sum\\":3}'" }
  - name: fail
    description: Fails
    parameters: [{ name: status, type: integer, minimum: 1, maximum: 125, required: true }]
    script: { shell: "echo why >&2; exit {{status}}" }
  - name: refuse
    description: Answers with a failure of its own
    script: { shell: "echo '{\\"success\\":false,\\"error\\":\\"no\\",\\"code\\":\\"CONFLICT\\"}'; exit 1" }
  - name: object
    description: Prints an object
    returns: [{ name: number, type: integer }]
    script: { shell: "echo '{\\"number\\":7}'" }
  - name: mismatch
    description: Prints what its returns does not declare
    returns: [{ name: number, type: integer }]
    script: { shell: "echo seven" }
  - name: slow
    description: Takes too long
    # So long that the script has begun on a slow machine, too: the outcome depends on it.
    timeout: 1s
    script: { shell: "sleep 60" }
  - name: unreachable
    description: Calls a server that does not exist
    http: { method: GET, url: "http://127.0.0.1:1/" }
`;

const DEEP = `${'['.repeat(499)}1${']'.repeat(499)}`;
const TOO_DEEP = `${'['.repeat(700)}1${']'.repeat(700)}`;

/** A hundred valid and invalid calls, in an order that they depend on. */
export const CALLS: readonly WrittenCall[] = [
  ['cache_get', '{"key":"a"}'],
  ['cache_set', '{"key":"a","value":"text"}'],
  ['cache_get', '{"key":"a"}'],
  ['cache_set', '{"key":"a","value":null,"ttl":null}'],
  ['cache_get', '{"key":"a"}'],
  ['cache_ttl', '{"key":"a"}'],
  [
    'cache_set',
    '{"key":"a","value":{"__proto__":{"x":1},"n":-0,"e":1e300,"u":"\\u00e4\\ud83d\\ude00"},"ttl":60}',
  ],
  ['cache_get', '{"key":"a"}'],
  ['cache_set', '{"key":"a","value":1,"only_if":"absent"}'],
  ['cache_set', '{"key":"b","value":1,"only_if":"present"}'],
  ['cache_set', '{"key":"b","value":"123","ttl":"3600"}'],
  ['cache_get', '{"key":"b"}'],
  ['cache_set', '{"key":"b","value":1,"ttl":"0x10"}'],
  ['cache_set', '{"key":"b","value":1,"ttl":0}'],
  ['cache_set', '{"key":"b","value":1,"ttl":1.5}'],
  ['cache_set', '{"key":"b","value":1,"ttl":315360001}'],
  ['cache_set', '{"key":"b","value":1,"only_if":"never"}'],
  ['cache_set', '{"key":"b"}'],
  ['cache_set', '{"key":""," value":1}'],
  ['cache_set', '{"kye":"b","vaule":1}'],
  ['cache_set', '{"key":"b","value":12345678901234567890}'],
  ['cache_set', '{"key":"b","value":{"deep":[1,{"er":0.12345678901234567890123}]}}'],
  ['cache_set', '{"key":"b","value":1e400}'],
  ['cache_set', `{"key":"b","value":${TOO_DEEP}}`],
  ['cache_set', '{"key":"\\ud800","value":1}'],
  ['cache_set', '{"key":"lone","value":"\\ud800"}'],
  ['cache_get', '{"key":"lone"}'],
  ['cache_get', '[]'],
  ['cache_get', 'null'],
  ['cache_get', '"a"'],
  ['cache_get', '1'],
  ['cache_get', '{}'],
  ['cache_get', '{"key":null}'],
  ['cache_get', '{"key":1}'],
  ['cache_get', '{"key":["a"]}'],
  ['cache_get', '{"key":"a","constructor":1}'],
  ['cache-get', '{"key":"b"}'],
  ['cache_increment', '{"key":"n"}'],
  ['cache_increment', '{"key":"n","by":"41"}'],
  ['cache_increment', '{"key":"n","by":9007199254740992}'],
  ['cache_increment', '{"key":"n","by":9007199254740993}'],
  ['cache_increment', '{"key":"n","by":"9007199254740993"}'],
  ['cache_increment', '{"key":"a"}'],
  ['cache_exists', '{"key":"n"}'],
  ['cache_delete', '{"key":"n"}'],
  ['cache_delete', '{"key":"n"}'],
  ['cache_set_many', '{"entries":{"one":1,"__proto__":{"x":[]}},"ttl":60}'],
  ['cache_set_many', '{"entries":{"":1}}'],
  ['cache_set_many', '{"entries":{}}'],
  ['cache_lease', '{"key":"b","wait":1}'],
  ['cache_lease', '{"key":"n","lease_seconds":0}'],
  ['cache_fulfill', '{"key":"n","token":"none","value":null}'],
  ['cache_fulfill', '{"key":"n","token":"none"}'],
  ['cache_release', '{"key":"n","token":"none"}'],
  ['cache_keys', '{"pattern":"lon*"}'],
  ['cache_keys', '{"pattern":"\\\\*"}'],
  ['cache_keys', '{"limit":0}'],
  ['cache_keys', '{"cursor":"what"}'],
  ['list_push', '{"key":"l","values":[1,"two",null,{"three":[]}]}'],
  ['list_push', '{"key":"l","values":["last"],"left":false}'],
  ['list_push', '{"key":"l","values":["x"],"left":"false"}'],
  ['list_push', '{"key":"l","values":["x"],"left":"no"}'],
  ['list_push', '{"key":"l","values":[]}'],
  ['list_push', '{"key":"l","values":"x"}'],
  ['list_range', '{"key":"l"}'],
  ['list_range', '{"key":"l","start":-2}'],
  ['list_pop', '{"key":"l"}'],
  ['list_pop', '{"key":"l","left":false}'],
  ['list_pop', '{"key":"nothing"}'],
  ['list_delete', '{"key":"l"}'],
  ['hash_set', '{"key":"h","mapping":{"":"empty","a":{"b":1},"__proto__":true}}'],
  ['hash_set', '{"key":"h","mapping":{}}'],
  ['hash_get', '{"key":"h"}'],
  ['hash_get', '{"key":"h","field":""}'],
  ['hash_get', '{"key":"h","field":"nothing"}'],
  ['hash_delete', '{"key":"h","fields":["a","nothing"]}'],
  ['hash_delete', '{"key":"h"}'],
  ['set_add', '{"key":"s","members":["a",1,"1",null]}'],
  ['set_add', '{"key":"s","members":["a"]}'],
  ['set_is_member', '{"key":"s","member":1}'],
  ['set_is_member', '{"key":"s","member":2}'],
  ['set_remove', '{"key":"s","members":["a","nothing"]}'],
  ['set_delete', '{"key":"s"}'],
  ['sorted_set_add', '{"key":"z","members":[{"member":"a","score":1.5},{"member":{"b":1},"score":-0}]}'],
  ['sorted_set_add', '{"key":"z","members":[{"member":"a","score":"x"}]}'],
  ['sorted_set_range', '{"key":"z","by":"score","from":null,"to":1e3,"reverse":true}'],
  ['sorted_set_range', '{"key":"z","from":-1}'],
  ['sorted_set_range', '{"key":"z","from":0.5}'],
  ['sorted_set_rank', '{"key":"z","member":{"b":1}}'],
  ['sorted_set_rank', '{"key":"z","member":"nothing"}'],
  ['sorted_set_increment', '{"key":"z","member":"a","by":0.1}'],
  ['sorted_set_remove', '{"key":"z","members":["a","nothing"]}'],
  ['sorted_set_delete', '{"key":"z"}'],
  ['lock_status', '{"name":"free"}'],
  ['lock_extend', '{"name":"free","token":"none"}'],
  ['lock_release', '{"name":"free","token":"none"}'],
  ['lock_acquire', '{"name":"","ttl":30}'],
  ['lock_acquire', '{"name":"a","ttl":"long"}'],
  ['state_list', '{"kind":"stream"}'],
  ['state_list', '{"kind":"streams"}'],
  ['stream_read', '{"stream":"events"}'],
  ['stream_read', '{"stream":"events","after":"first"}'],
  ['stream_take', '{"stream":"events","group":"g","from":"$"}'],
  ['stream_ack', '{"stream":"events","group":"g","ids":["1-1"]}'],
  ['stream_info', '{"stream":"events"}'],
  ['stream_trim', '{"stream":"events"}'],
  ['stream_trim', '{"stream":"events","max_length":0}'],
  ['stream_delete', '{"stream":"events"}'],
  ['session_create', '{"data":{"user":"Ada","cart":[]}}'],
  ['session_get', '{"session_id":"$SESSION"}'],
  ['session_update', '{"session_id":"$SESSION","data":{"cart":[1],"user":null}}'],
  ['session_update', '{"session_id":"$SESSION","data":{},"expected_revision":1}'],
  ['session_get', '{"session_id":"$SESSION"}'],
  ['session_patch', '{"session_id":"$SESSION","patch":{"cart":{"apples":1,"pears":null}},"fence":7}'],
  ['session_update', '{"session_id":"$SESSION","unset":["user"],"fence":6}'],
  ['session_update', '{"session_id":"$SESSION","unset":["user"],"fence":7}'],
  ['session_get', '{"session_id":"$SESSION"}'],
  ['session_list', '{"owner":"nobody"}'],
  ['session_extend', '{"session_id":"$SESSION","ttl":60}'],
  ['session_delete', '{"session_id":"$SESSION"}'],
  ['session_update', '{"session_id":"$SESSION","data":{}}'],
  ['session_extend', '{"session_id":"$SESSION"}'],
  ['pubsub_publish', '{"channel":"c","message":{"a":1}}'],
  ['pubsub_subscribe', '{"channel":"c","timeout":1,"subscription_id":"mine"}'],
  ['pubsub_subscribe', '{}'],
  ['pubsub_unsubscribe', '{"subscription_id":"nobody"}'],
  // In a batch, the id of the line replaces the field id of queue_add.
  ['queue_add_many', '{"queue":"q","payloads":[{"a":1}],"delay":3600,"dedup_ids":["one"]}'],
  ['queue_add_many', '{"queue":"q","payloads":[null],"dedup_ids":["one"]}'],
  ['queue_add', '{"queue":"q","payload":1,"max_length":1}'],
  ['queue_add', '{"queue":"q","payload":1,"priority":101}'],
  ['queue_add_many', '{"queue":"q","payloads":[1,"two"],"delay":"3600"}'],
  ['queue_add_many', '{"queue":"q","payloads":[1,2],"dedup_ids":["a"]}'],
  ['queue_stats', '{"queue":"q"}'],
  ['queue_take', '{"queue":"q","count":2}'],
  ['queue_ack', '{"queue":"q","receipts":["a","a"]}'],
  ['queue_nack', '{"queue":"q","receipts":["a"],"error":"no"}'],
  ['queue_extend', '{"queue":"q","receipts":["a"]}'],
  ['queue_get', '{"queue":"q","id":"nothing"}'],
  ['queue_cancel', '{"queue":"q","id":"nothing"}'],
  ['queue_peek', '{"queue":"q","state":"dead"}'],
  ['queue_peek', '{"queue":"q","cursor":"x"}'],
  ['queue_requeue', '{"queue":"q"}'],
  ['queue_purge', '{"queue":"q","state":"delayed","limit":2}'],
  ['queue_purge', '{"queue":"q"}'],
  ['rate_limit_check', '{"identifier":"i","limit":2,"window_seconds":3600}'],
  ['rate_limit_check', '{"identifier":"i","limit":2,"window_seconds":3600,"cost":3}'],
  ['rate_limit_sliding_window', '{"identifier":"i","limit":1,"window_seconds":3600}'],
  ['rate_limit_sliding_window', '{"identifier":"i","limit":1,"window_seconds":3600}'],
  [
    'rate_limit_combined',
    '{"identifier":"i","limits":[{"limit":1,"window_seconds":3600},{"limit":5,"window_seconds":86400}]}',
  ],
  ['rate_limit_token_bucket', '{"identifier":"i","capacity":2,"refill_per_second":0.000001,"cost":2}'],
  ['rate_limit_token_bucket', '{"identifier":"i","capacity":2,"refill_per_second":0.000001,"cost":0}'],
  ['rate_limit_reset', '{"identifier":"i"}'],
  ['cache_set', `{"key":"deep","value":${DEEP.slice(2, -2)}}`],
  ['say', '{"text":"it\'s \\"$HOME\\" `id`"}'],
  ['say', '{"text":"a","more":1}'],
  ['sum', '{"numbers":["1",2]}'],
  ['object', '{}'],
  ['mismatch', '{}'],
  ['sum', '{"numbers":["1.5",true]}'],
  ['fail', '{"status":3}'],
  ['refuse', '{}'],
  ['slow', '{}'],
  ['unreachable', '{}'],
];

/** Calls of unknown tools: a failure envelope on other interfaces, a protocol error over MCP. */
export const UNKNOWN: readonly WrittenCall[] = [
  ['cache_gte', '{}'],
  ['__proto__', '{}'],
];
