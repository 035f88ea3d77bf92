//! The status that says what a code says.

use axum::http::StatusCode;

/// `None` for a code that is none of an executed operation.
pub(super) fn of(code: &str) -> Option<StatusCode> {
    Some(match code {
        "UNAUTHENTICATED" => StatusCode::UNAUTHORIZED,
        "FORBIDDEN" => StatusCode::FORBIDDEN,
        "NOT_FOUND" => StatusCode::NOT_FOUND,
        "BAD_USER_INPUT" | "INVALID" | "INVALID_CURSOR" | "QUERY_TOO_COMPLEX" => StatusCode::BAD_REQUEST,
        "ACCOUNT_OF_ANOTHER_STUDIO" | "BUSY" | "IN_USE" | "KEY_REUSED" | "ON_AIR" | "STALE" | "TAKEN" => {
            StatusCode::CONFLICT
        }
        "REFUSED" | "REFUSED_BY_SHOPEE" => StatusCode::UNPROCESSABLE_ENTITY,
        "THROTTLED" | "TOO_MANY" | "TOO_MANY_ATTEMPTS" => StatusCode::TOO_MANY_REQUESTS,
        "DATABASE_UNAVAILABLE" | "OVERLOADED" | "SHOPEE_THROTTLED" | "SHUTTING_DOWN" | "UNAVAILABLE" => {
            StatusCode::SERVICE_UNAVAILABLE
        }
        "DEADLINE_EXCEEDED" | "SHOPEE_UNREACHABLE" => StatusCode::GATEWAY_TIMEOUT,
        "INTERNAL" => StatusCode::INTERNAL_SERVER_ERROR,
        code if code.starts_with("SHOPEE_") => StatusCode::BAD_GATEWAY,
        _ => return None,
    })
}
