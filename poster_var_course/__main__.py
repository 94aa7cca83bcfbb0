from poster_var_course import main

main()
