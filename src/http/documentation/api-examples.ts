/** Values that the examples of the OpenAPI document share. */
export const EXAMPLE_ID = '0199f3a2-5c1e-7d3a-9b1e-2f6f0c8a4d11';
export const EXAMPLE_DATE = '2030-01-31T12:00:00.000Z';
