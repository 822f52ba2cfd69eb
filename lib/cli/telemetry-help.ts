/** Added to the help of the commands that export traces and metrics. */
export const TELEMETRY_HELP = `
OTEL_EXPORTER_OTLP_ENDPOINT=<url> exports traces and metrics; docs/telemetry.md lists the other variables.`;
