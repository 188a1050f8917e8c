export const shout = (text) => `${text.toUpperCase()}!`;

export const total = (values) => values.reduce((sum, value) => sum + value, 0);
