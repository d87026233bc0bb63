// The API description, drawn by Swagger UI. It asks nobody outside.
"use strict";
SwaggerUIBundle({ url: "/v1/openapi.json", dom_id: "#docs", deepLinking: true, validatorUrl: null });
