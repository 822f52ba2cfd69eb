import type { ErrorObject } from 'ajv/dist/2020.js';
import type { Detail } from '../contract/errors.ts';
import { pointerOf } from '../json/pointer.ts';
import { describeTypes } from './convert.ts';

/** Converts an error of ajv to a detail: the JSON Pointer of the wrong member, and what is wrong with it. */
export function describeError(error: ErrorObject): Detail {
  const { instancePath, keyword, message } = error;
  const params: Record<string, unknown> = error.params;
  switch (keyword) {
    case 'required':
      return {
        path: `${instancePath}${pointerOf([String(params['missingProperty'])])}`,
        message: 'is required',
      };
    case 'additionalProperties':
    case 'unevaluatedProperties': {
      const name = String(params['additionalProperty'] ?? params['unevaluatedProperty']);
      return { path: `${instancePath}${pointerOf([name])}`, message: 'is not a known member' };
    }
    case 'type': {
      const type: unknown = params['type'];
      const types = Array.isArray(type) ? type.map(String) : String(type).split(',');
      return { path: instancePath, message: `must be ${describeTypes(types)}` };
    }
    case 'enum': {
      const allowed: unknown = params['allowedValues'];
      const list = Array.isArray(allowed) ? allowed.map((value) => JSON.stringify(value)).join(', ') : '';
      return { path: instancePath, message: `must be one of ${list}` };
    }
    case 'const':
      return { path: instancePath, message: `must be ${JSON.stringify(params['allowedValue'])}` };
    case 'minLength':
      if (params['limit'] === 1) return { path: instancePath, message: 'must not be empty' };
      break;
    case 'minItems':
    case 'minProperties':
      if (params['limit'] === 1) return { path: instancePath, message: 'must not be empty' };
      break;
  }
  return { path: instancePath, message: (message ?? `fails ${keyword}`).replace('must NOT', 'must not') };
}
