/** The scenarios and checks of the conformance suite that fail, by the reason: gantz does not offer what they need. */
export const NOT_OFFERED: Readonly<Record<string, readonly string[]>> = {
  'no log notifications: a script reports progress': ['logging-set-level', 'tools-call-with-logging'],
  'a result is text, with at most one image or sound': [
    'tools-call-embedded-resource',
    'tools-call-mixed-content',
  ],
  'prompts are texts': ['prompts-get-embedded-resource', 'prompts-get-with-image'],
  'resources are texts': ['resources-read-binary'],
  'no subscriptions to single resources': ['resources-subscribe', 'resources-unsubscribe'],
  'a tool does not use the model of the client, nor its roots': [
    'tools-call-sampling',
    'input-required-result-basic-sampling',
    'input-required-result-basic-list-roots',
    'input-required-result-multiple-input-requests',
    'input-required-result-capability-check',
  ],
  'a tool asks one question, that of `confirm`, and over HTTP only in version 2026': [
    'tools-call-elicitation',
    'elicitation-sep1034-defaults',
    'elicitation-sep1330-enums',
    'input-required-result-basic-elicitation',
    'input-required-result-multi-round',
    'input-required-result-non-tool-request',
  ],
  'a question needs no state in the client': [
    'input-required-result-request-state',
    'input-required-result-tampered-state',
  ],
  'when a client cannot ask, the result is the failure `FORBIDDEN`': [
    'sep-2575-server-rejects-undeclared-capability',
    'sep-2575-missing-capability-http-400',
  ],
  'parameters are one flat object, without keywords beside them': ['json-schema-2020-12'],
  'parameters are not repeated in HTTP headers': ['http-custom-header-server-validation'],
};
