// What fuzzing begins with, taken from this repository: inputs below fuzz/found/TARGET, and the words in fuzz/found/TARGET.dict.
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const read = (...path) => readFileSync(join(root, ...path), 'utf8')
const files = (folder, ending) => readdirSync(join(root, folder)).filter((name) => name.endsWith(ending)).sort()

function seed(target, inputs, words) {
  const folder = join(root, 'fuzz/found', target)
  mkdirSync(folder, { recursive: true })
  Object.entries(inputs).forEach(([name, text]) => writeFileSync(join(folder, `seed-${name}`), text))
  const escaped = (word) => word.replace(/["\\]/g, '\\$&').replace(/\n/g, '\\x0a')
  const lines = [...new Set(words)].map((word) => `"${escaped(word)}"\n`)
  writeFileSync(join(root, 'fuzz/found', `${target}.dict`), lines.join(''))
}

/** A list as an object, each under the number it has. */
const numbered = (name, list) => Object.fromEntries(list.map((text, number) => [`${name}-${number}`, text]))

// Documents: the gateway's own, the examples and those of the pages.
const folders = ['src/rest/documents', 'web/examples']
const own = folders.flatMap((folder) => files(folder, '.graphql').map((name) => [name, read(folder, name)]))
const pages = files('docs', '.md').flatMap((page) => [...read('docs', page).matchAll(/```graphql\n(.*?)```/gs)].map(([, text]) => text))
const odd = [
  '#?{"operationName":"B","variables":{"n":2,"with":true}}\nquery A{viewer{id}} query B($n:Long=7,$with:Boolean!){liveSessions(first:$n){nodes{id @include(if:$with)}}}',
  '#?{"variables":{"ids":["a","b"]}}\nquery($ids:[ID!]!){nodes(ids:$ids){id ...on LiveSession{title: sessionName}}}',
  'query($v:[Nothing]=[1]){viewer{id}}',
  'subscription{viewerCount(sessionId:"a"){viewers}}',
  'mutation{a:signOut{userErrors{message}} b:signOut{userErrors{message}}}',
  '{...A}fragment A on Query{...B ...B}fragment B on Query{viewer{...C}}fragment C on User{id}',
  '{node(id:"""a\\"""[{""") {id}} # {[',
  '{__schema{types{name fields{name type{kind ofType{kind ofType{name}}}}}}}',
  '{"query":"{viewer{id}}","variables":{"a":[1.5,null,{"b":"c"}]},"operationName":null,"extensions":{"persistedQuery":{"version":1,"sha256Hash":""}}}',
]
const schema = read('schema.graphql')
const names = [...schema.matchAll(/^(?:type|input|enum|scalar|interface|union) (\w+)|^  (\w+)[(:]/gm)].map(([, type, field]) => type ?? field)
const tokens = ['query', 'mutation', 'subscription', 'fragment', ' on ', '...', '@include(if:true)', '@skip(if:$a)', '$a', '"""', '\\"', '#', '[', '{', '(', '!', '__schema', '__type(name:"Query")', '__typename', 'null', 'true', '1e9', '-0', '#?{"variables":{', '#?{"operationName":']
seed('document', { ...Object.fromEntries(own), ...numbered('page', pages), ...numbered('odd', odd) }, [...tokens, ...names])

// Conversations, in both subprotocols.
const init = (payload) => JSON.stringify({ type: 'connection_init', payload })
const start = (type) => (id, query, operationName) => JSON.stringify({ type, id, payload: { query, operationName } })
const conversations = (letter, start, stop) =>
  [
    [init(), start('1', '{hello}')],
    [init({ Authorization: 'Bearer room' }), start('1', 'subscription Level{never}', 'Level'), start('2', 'subscription Level{never}', 'Level'), stop('1')],
    [init({ headers: { authorization: 'room' } }), start('1', 'subscription{count(to:3)}'), start('2', 'subscription{count(to:3)}')],
    [init({ authorization: 'bad' })],
    [init({ authorization: 'away' })],
    [init({}), start('1', '{'), start('1', '{echo(value:7)}'), start('1', '{echo(value:"é\\n")}'), start('2', 'mutation{add}')],
    [init(null), ...'12345'.split('').map((id) => start(id, 'subscription{never}')), stop('3'), start('3', 'subscription{count(to:9)}')],
    [init(), start('1', 'subscription{never}'), start('1', 'subscription{never}')],
    [start('1', '{hello}'), init(), init()],
    [init(), '{"type":"subscribe","id":"1","payload":{"documentId":"a","extensions":{"persistedQuery":{"version":1}}}}'],
    [init(), '{"type":"connection_terminate"}'],
    ['{"type":"ping","payload":{"a":[1.0,"\\u0000"]}}', '{"type":"ping"}', '{"type":"pong","payload":null}', init()],
    ['[]', '{'],
  ].map((lines) => letter + lines.join('\n'))
const stop = (type) => (id) => JSON.stringify({ type, id })
const both = [...conversations('n', start('subscribe'), stop('complete')), ...conversations('o', start('start'), stop('stop'))]
const spoken = ['"type":', '"id":', '"payload":', '"query":', '"operationName":', '"variables":', '"extensions":', '"documentId":', '"persistedQuery":', '"sha256Hash":', 'connection_init', 'connection_terminate', 'subscribe', 'complete', 'start', 'stop', 'ping', 'pong', 'Authorization', 'Bearer room', 'subscription{never}', 'subscription{count(to:3)}', 'mutation{add}', '{hello}', '{echo(value:"a")}', 'null', '{}', '\n', '\\u0000', '\\ud800']
seed('message', numbered('conversation', both), spoken)

// Answers: the documented ones, and the ways in which Shopee says no.
const fixtures = files('shopee/fixtures', '.json').map((name) => JSON.parse(read('shopee/fixtures', name)))
const calls = [...read('shopee/src/fuzzing.rs').matchAll(/^ {4}(?:public|signed)!\(([A-Z_]+),/gm)].map(([, name]) => name.toLowerCase())
const letter = (call) => String.fromCharCode(65 + calls.indexOf(call))
const cookies = (headers) => headers.filter(([name]) => name === 'set-cookie').map(([, value]) => value)
const answers = fixtures.map(({ call, response }) => {
  const body = `${letter(call)}0${JSON.stringify(response.body)}`
  const set = cookies(response.headers)
  return [call, set.length > 0 ? `${body}\n\n${set.join('\n')}` : body]
})
const refusals = ['{"code":7,"msg":"no permission to CANARY"}', '{"err_code":3000002,"err_msg":"CANARY"}', '{"error":"90309999","error_msg":"CANARY"}', '{"code":0.5}', '{"code":0,"data":[ ]}', '{"err_code":0,"data":null}', 'CANARY', '{"errcode":-1,"message":["CANARY"]}']
const said = refusals.flatMap((body) => ['A0', 'E0', 'R0', 'H3', 'D4', 'P5', 'D5', 'H8'].map((head) => head + body))
const keys = files('shopee/src', '.rs').concat(...['creator', 'live', 'promotion'].map((folder) => files(join('shopee/src', folder), '.rs').map((name) => join(folder, name))))
const literals = keys.flatMap((name) => [...read('shopee/src', name).matchAll(/"([A-Za-z_]{2,40})"/g)].map(([, word]) => `"${word}":`))
const values = ['0', '-1', '1e5', '0.000005', '9223372036854775807', '9223372036854775808', '-9223372036854775808', '92233720368547.758075', '1790590000000', '"12%"', 'null', 'true', '[]', '{}', '"code":0', '"err_code":0', '"error":null', '"data":{', '\n\nSPC_ST=a; Path=/', 'CONFIRMED', 'https://a.b/c']
seed('envelope', { ...Object.fromEntries(answers), ...numbered('refusal', said) }, [...values, ...literals])
