export function marks(){return {}}
