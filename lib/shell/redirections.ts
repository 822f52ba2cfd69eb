import type { Input } from './flow.ts';
import type { HereDocument } from './here-documents.ts';
import type { Reading } from './reading.ts';
import { readWord } from './words.ts';

/** What a command reads its input from. */
export type Redirected = { documents: HereDocument[]; inputs: Input[] };

/** A redirection; what is read through it is added. */
export function readRedirection(reading: Reading, { documents, inputs }: Redirected): void {
  const { cursor, scope, pipelines } = reading;
  const operator = cursor.match(/<<<|<<-|<<|<&|<>|<|>>|>&|>\||>/y);
  cursor.copy(operator.length);
  cursor.blanks();
  if (operator === '<<' || operator === '<<-') {
    const document = reading.documents.delimiter(operator === '<<-', pipelines.current);
    if (document) documents.push(document);
    return;
  }
  if (cursor.at() === '' || '\n;&|()#'.includes(cursor.at())) {
    cursor.lose();
    return;
  }
  const word = readWord(reading, 'one-word');
  if (operator === '<<<' || operator === '<') inputs.push(scope.input(word));
}
