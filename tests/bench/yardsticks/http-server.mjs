// The yardstick for HTTP: a server of node:http that answers every request in the same way.
import { createServer } from 'node:http';

const body = '{"success":true,"value":"hello","found":true}\n';
const server = createServer((request, response) => {
  request.resume().on('end', () => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
    response.end(body);
  });
});
server.listen(0, '127.0.0.1', () => console.error(`http://127.0.0.1:${server.address().port}`));
